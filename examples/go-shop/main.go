// The same program as examples/typescript-shop, in Go.
package main

import (
	"os"

	"github.com/aws/jsii-runtime-go"
	"github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2"
	apparmor "github.com/k8s-apparmor/k8s-apparmor-go/k8sapparmor"
)

func main() {
	defer jsii.Close()
	outdir := "dist"
	if len(os.Args) > 1 {
		outdir = os.Args[1]
	}
	app := cdk8s.NewApp(&cdk8s.AppProps{Outdir: &outdir, YamlOutputType: cdk8s.YamlOutputType_FILE_PER_APP})
	chart := cdk8s.NewChart(app, jsii.String("shop"), &cdk8s.ChartProps{Namespace: jsii.String("shop")})

	web := apparmor.NewAppArmorProfile(&apparmor.AppArmorProfileProps{
		Name: jsii.String("web"),
		Rules: &[]apparmor.Rule{
			apparmor.Rule_Read(jsii.String("/etc/nginx/**")),
			apparmor.Rule_Write(jsii.String("/var/cache/nginx/**")),
			apparmor.Rule_Execute(jsii.String("/usr/sbin/nginx"), apparmor.ExecTransition_Inherit()),
			apparmor.Rule_Network(apparmor.NetworkFamily_INET, apparmor.SocketType_STREAM, nil),
			apparmor.Rule_Capability(jsii.String("net_bind_service"), jsii.String("setuid"), jsii.String("setgid")),
			apparmor.Rule_Signal(&apparmor.SignalProps{
				Access:  &[]apparmor.SignalAccess{apparmor.SignalAccess_SEND},
				Signals: &[]apparmor.Signal{apparmor.Signal_TERM},
				Peer:    jsii.String("web"),
			}),
			apparmor.Rule_Read(jsii.String("/etc/nginx/keys/**")).Deny().Audit(),
		},
	})
	worker := apparmor.NewAppArmorProfile(&apparmor.AppArmorProfileProps{
		Name:  jsii.String("worker"),
		Base:  apparmor.ProfileBase_RUNTIME_DEFAULT,
		Mode:  apparmor.ProfileMode_COMPLAIN,
		Rules: &[]apparmor.Rule{apparmor.Rule_Raw(jsii.String("/srv/queue/** rwk,"))},
	})
	apparmor.NewAppArmorProfileBundle(chart, jsii.String("profiles"), &apparmor.AppArmorProfileBundleProps{
		Profiles: &[]apparmor.AppArmorProfile{web, worker},
	})

	deployment(chart, "web", "nginx:1.27")
	deployment(chart, "worker", "worker:3")
	deployment(chart, "legacy", "legacy:1")
	deployment(chart, "blog", "blog:2")

	apparmor.Confinement_Of(chart, nil).
		Assign(&apparmor.WorkloadSelector{Name: jsii.String("web")}, web, &apparmor.AssignOptions{
			ContainerProfiles: &map[string]apparmor.AppArmorProfile{"metrics": apparmor.AppArmorProfile_RuntimeDefault()},
		}).
		Assign(&apparmor.WorkloadSelector{
			Kind: jsii.String("Deployment"), Labels: &map[string]*string{"app": jsii.String("worker")},
		}, worker, nil).
		Exempt(&apparmor.WorkloadSelector{Name: jsii.String("legacy")}, jsii.String("runs on nodes without AppArmor")).
		ByDefault(apparmor.AppArmorProfile_RuntimeDefault())

	app.Synth()
}

type object = map[string]interface{}

func deployment(chart cdk8s.Chart, name string, image string) {
	labels := object{"app": name}
	containers := []object{{"name": name, "image": image}, {"name": "metrics", "image": "metrics:1"}}
	deployed := cdk8s.NewApiObject(chart, &name, &cdk8s.ApiObjectProps{
		ApiVersion: jsii.String("apps/v1"), Kind: jsii.String("Deployment"), Metadata: &cdk8s.ApiObjectMetadata{Name: &name},
	})
	deployed.AddJsonPatch(cdk8s.JsonPatch_Add(jsii.String("/spec"), object{
		"selector": object{"matchLabels": labels},
		"template": object{"metadata": object{"labels": labels}, "spec": object{"containers": containers}},
	}))
}
