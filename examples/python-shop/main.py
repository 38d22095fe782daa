"""The same program as examples/typescript-shop, in Python."""
import sys

from cdk8s import ApiObject, App, Chart, JsonPatch, YamlOutputType
from k8s_apparmor import (
    AppArmorProfile, AppArmorProfileBundle, Confinement, ExecTransition, NetworkFamily, ProfileBase, ProfileMode, Rule,
    Signal, SignalAccess, SocketType, WorkloadSelector,
)

app = App(outdir=sys.argv[1] if len(sys.argv) > 1 else "dist", yaml_output_type=YamlOutputType.FILE_PER_APP)
chart = Chart(app, "shop", namespace="shop")

web = AppArmorProfile(
    name="web",
    rules=[
        Rule.read("/etc/nginx/**"),
        Rule.write("/var/cache/nginx/**"),
        Rule.execute("/usr/sbin/nginx", ExecTransition.inherit()),
        Rule.network(NetworkFamily.INET, SocketType.STREAM),
        Rule.capability("net_bind_service", "setuid", "setgid"),
        Rule.signal(access=[SignalAccess.SEND], signals=[Signal.TERM], peer="web"),
        Rule.read("/etc/nginx/keys/**").deny().audit(),
    ],
)
worker = AppArmorProfile(
    name="worker",
    base=ProfileBase.RUNTIME_DEFAULT,
    mode=ProfileMode.COMPLAIN,
    rules=[Rule.raw("/srv/queue/** rwk,")],
)
AppArmorProfileBundle(chart, "profiles", profiles=[web, worker])


def deployment(name: str, image: str) -> None:
    labels = {"app": name}
    containers = [{"image": image, "name": name}, {"image": "metrics:1", "name": "metrics"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    deployed = ApiObject(chart, name, api_version="apps/v1", kind="Deployment", metadata={"name": name})
    deployed.add_json_patch(JsonPatch.add("/spec", {"selector": {"matchLabels": labels}, "template": template}))


deployment("web", "nginx:1.27")
deployment("worker", "worker:3")
deployment("legacy", "legacy:1")
deployment("blog", "blog:2")

(
    Confinement.of(chart)
    .assign(WorkloadSelector(name="web"), web, container_profiles={"metrics": AppArmorProfile.runtime_default()})
    .assign(WorkloadSelector(kind="Deployment", labels={"app": "worker"}), worker)
    .exempt(WorkloadSelector(name="legacy"), "runs on nodes without AppArmor")
    .by_default(AppArmorProfile.runtime_default())
)

app.synth()
