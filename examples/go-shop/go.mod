module shop

go 1.25

require github.com/k8s-apparmor/k8s-apparmor-go/k8sapparmor v0.0.0
