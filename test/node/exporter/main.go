// Stands for a metrics exporter, one static program: it asks the address that it is given once a second and tells on port 9113
// whether that answered.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

func main() {
	scrape := flag.String("nginx.scrape-uri", "", "address to ask")
	flag.Parse()
	var up atomic.Bool
	go func() {
		for ; ; time.Sleep(time.Second) {
			answer, err := http.Get(*scrape)
			up.Store(err == nil && answer.StatusCode == http.StatusOK)
			if err == nil {
				answer.Body.Close()
			}
		}
	}()
	http.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		if up.Load() {
			fmt.Fprintln(w, "nginx_up 1")
		} else {
			fmt.Fprintln(w, "nginx_up 0")
		}
	})
	http.ListenAndServe(":9113", nil)
}
