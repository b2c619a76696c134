// Renders the templates for Ollama with Go's text/template, as Ollama does: the conversation in
// .Messages, its system lines in .System.
//
//	java ... understudy.text.OllamaTemplateTest asked.json
//	go run reference/ollama_goldens.go asked.json src/test/resources/golden/export/ollama.json
package main

import (
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

type message struct{ Role, Content string }

type family struct {
	Template string        `json:"template"`
	Chats    [][][2]string `json:"chats,omitempty"`
	Texts    []string      `json:"texts"`
}

func main() {
	raw, err := os.ReadFile(os.Args[1])
	check(err)
	all := map[string]*family{}
	check(json.Unmarshal(raw, &all))
	for name, one := range all {
		parsed, err := template.New(name).Option("missingkey=zero").Parse(one.Template)
		check(err)
		for _, chat := range one.Chats {
			var messages []*message
			system := ""
			for _, line := range chat {
				messages = append(messages, &message{line[0], line[1]})
				if line[0] == "system" {
					system = line[1]
				}
			}
			var text strings.Builder
			values := map[string]any{"System": system, "Messages": messages, "Response": ""}
			check(parsed.Execute(&text, values))
			one.Texts = append(one.Texts, text.String())
		}
		one.Chats = nil
	}
	out, err := os.Create(os.Args[2])
	check(err)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(all))
	check(out.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
