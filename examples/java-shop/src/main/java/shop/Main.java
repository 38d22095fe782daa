package shop;

import io.github.k8sapparmor.AppArmorProfile;
import io.github.k8sapparmor.AppArmorProfileBundle;
import io.github.k8sapparmor.AssignOptions;
import io.github.k8sapparmor.Confinement;
import io.github.k8sapparmor.ExecTransition;
import io.github.k8sapparmor.NetworkFamily;
import io.github.k8sapparmor.ProfileBase;
import io.github.k8sapparmor.ProfileMode;
import io.github.k8sapparmor.Rule;
import io.github.k8sapparmor.Signal;
import io.github.k8sapparmor.SignalAccess;
import io.github.k8sapparmor.SignalProps;
import io.github.k8sapparmor.SocketType;
import io.github.k8sapparmor.WorkloadSelector;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cdk8s.ApiObject;
import org.cdk8s.ApiObjectMetadata;
import org.cdk8s.App;
import org.cdk8s.Chart;
import org.cdk8s.JsonPatch;
import org.cdk8s.YamlOutputType;

/** The same program as examples/typescript-shop, in Java. */
public final class Main {
  public static void main(String[] args) {
    App app = App.Builder.create().outdir(args.length > 0 ? args[0] : "dist").yamlOutputType(YamlOutputType.FILE_PER_APP).build();
    Chart chart = Chart.Builder.create(app, "shop").namespace("shop").build();

    AppArmorProfile web = AppArmorProfile.Builder.create()
        .name("web")
        .rules(List.of(
            Rule.read("/etc/nginx/**"),
            Rule.write("/var/cache/nginx/**"),
            Rule.execute("/usr/sbin/nginx", ExecTransition.inherit()),
            Rule.network(NetworkFamily.INET, SocketType.STREAM),
            Rule.capability("net_bind_service", "setuid", "setgid"),
            Rule.signal(SignalProps.builder().access(List.of(SignalAccess.SEND)).signals(List.of(Signal.TERM)).peer("web").build()),
            Rule.read("/etc/nginx/keys/**").deny().audit()))
        .build();
    AppArmorProfile worker = AppArmorProfile.Builder.create()
        .name("worker")
        .base(ProfileBase.RUNTIME_DEFAULT)
        .mode(ProfileMode.COMPLAIN)
        .rules(List.of(Rule.raw("/srv/queue/** rwk,")))
        .build();
    AppArmorProfileBundle.Builder.create(chart, "profiles").profiles(List.of(web, worker)).build();

    deployment(chart, "web", "nginx:1.27");
    deployment(chart, "worker", "worker:3");
    deployment(chart, "legacy", "legacy:1");
    deployment(chart, "blog", "blog:2");

    Confinement.of(chart)
        .assign(WorkloadSelector.builder().name("web").build(), web,
            AssignOptions.builder().containerProfiles(Map.of("metrics", AppArmorProfile.runtimeDefault())).build())
        .assign(WorkloadSelector.builder().kind("Deployment").labels(Map.of("app", "worker")).build(), worker)
        .exempt(WorkloadSelector.builder().name("legacy").build(), "runs on nodes without AppArmor")
        .byDefault(AppArmorProfile.runtimeDefault());

    app.synth();
  }

  private static void deployment(Chart chart, String name, String image) {
    Map<String, Object> labels = Map.of("app", name);
    List<Object> containers = List.of(sorted("image", image, "name", name), sorted("image", "metrics:1", "name", "metrics"));
    Map<String, Object> template = sorted("metadata", Map.of("labels", labels), "spec", Map.of("containers", containers));
    ApiObject deployed = ApiObject.Builder.create(chart, name)
        .apiVersion("apps/v1").kind("Deployment").metadata(ApiObjectMetadata.builder().name(name).build()).build();
    deployed.addJsonPatch(JsonPatch.add("/spec", sorted("selector", Map.of("matchLabels", labels), "template", template)));
  }

  /** Map.of has another order in every run, and the YAML would have it too. */
  private static Map<String, Object> sorted(String one, Object first, String other, Object second) {
    return new TreeMap<>(Map.of(one, first, other, second));
  }
}
