// Prints the digests of a list in the form of sha256sum as YAML. A minimal program of the form of kOps' own; DL_K8S_IO
// says where dl.k8s.io is.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
)

type globs []string

func (list *globs) String() string { return strings.Join(*list, ",") }

func (list *globs) Set(glob string) error {
	*list = append(*list, strings.Trim(glob, "*"))
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var filestoreBase, prefix, hashFileURL string
	var exclude globs
	flag.StringVar(&filestoreBase, "base", "", "where the releases are")
	flag.StringVar(&prefix, "prefix", "", "the directory of the release")
	flag.StringVar(&hashFileURL, "sums", "", "another list")
	flag.Var(&exclude, "exclude", "paths to leave out")
	flag.Parse()
	if base, isSet := os.LookupEnv("DL_K8S_IO"); isSet {
		filestoreBase = base + "/release/"
	}

	if hashFileURL == "" {
		hashFileURL = filestoreBase + prefix + "SHA256SUMS"
	}

	httpResponse, err := http.Get(hashFileURL)
	if err != nil {
		return err
	}
	defer httpResponse.Body.Close()
	if httpResponse.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", hashFileURL, httpResponse.Status)
	}
	fmt.Println("files:")
	lines := bufio.NewScanner(httpResponse.Body)
next:
	for lines.Scan() {
		hash, name, _ := strings.Cut(lines.Text(), "  ")
		for _, glob := range exclude {
			if strings.Contains(prefix+name, glob) {
				continue next
			}
		}
		fmt.Printf("- name: %s%s\n  sha256: %s\n", prefix, name, hash)
	}
	return lines.Err()
}
