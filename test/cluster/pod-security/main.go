// Judges pods by the Pod Security Standards, with the library that the API server uses. Standard input: one JSON object a line, a pod
// with metadata and spec. Standard output: one JSON object a line, {"baseline": [...], "restricted": [...]}, what each level forbids.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var pod corev1.Pod
		if err := json.Unmarshal(lines.Bytes(), &pod); err != nil {
			log.Fatal(err)
		}
		verdict := map[string][]string{}
		for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
			at := api.LevelVersion{Level: level, Version: api.LatestVersion()}
			verdict[string(level)] = policy.AggregateCheckResults(evaluator.EvaluatePod(at, &pod.ObjectMeta, &pod.Spec)).ForbiddenReasons
		}
		if err := out.Encode(verdict); err != nil {
			log.Fatal(err)
		}
	}
}
