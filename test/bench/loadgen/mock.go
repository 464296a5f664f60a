package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

const plainAnswer = `{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench",` +
	`"choices":[{"index":0,"message":{"role":"assistant","content":"A fixed answer of a few words, the same for every call."},` +
	`"finish_reason":"stop"}],"usage":{"prompt_tokens":256,"completion_tokens":12,"total_tokens":268}}`

const frameHead = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",` +
	`"choices":[{"index":0,"delta":{`

// mock answers chat completions. Standard fields steer it, because gateways drop those they do not
// know: max_tokens is the number of frames, user "fps=N" their rate (0: as fast as they are taken).
type mock struct {
	pacer   *pacer
	buffers sync.Pool
}

// serveMock listens on two free loopback ports and prints them, with the certificate and key of the
// TLS one, as one line of JSON. It ends when its stdin closes, so it cannot outlive who started it.
func serveMock() error {
	certificate, certPEM, keyPEM, err := selfSigned()
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secured, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	m := &mock{pacer: newPacer(), buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	server := &http.Server{Handler: m, ErrorLog: log.New(io.Discard, "", 0)}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(plain) }()
	go func() { failed <- server.Serve(tls.NewListener(secured, config)) }()
	err = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"http":  plain.Addr().(*net.TCPAddr).Port,
		"https": secured.Addr().(*net.TCPAddr).Port,
		"cert":  certPEM,
		"key":   keyPEM,
	})
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		failed <- nil
	}()
	return <-failed
}

func (m *mock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := m.buffers.Get().(*bytes.Buffer)
	body.Reset()
	_, err := body.ReadFrom(r.Body)
	stream := bytes.HasPrefix(field(body.Bytes(), "stream"), []byte("true"))
	frames := number(field(body.Bytes(), "max_tokens"))
	fps := number(bytes.TrimPrefix(field(body.Bytes(), "user"), []byte(`"fps=`)))
	m.buffers.Put(body)
	if err != nil {
		return
	}
	if stream {
		m.stream(w, r, frames, fps)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, plainAnswer)
}

// stream writes frame i at start + (i+1)/fps whatever became of the one before: a late frame does
// not shift those after it, and each carries the deadline it was meant for.
func (m *mock) stream(w http.ResponseWriter, r *http.Request, frames, fps int) {
	w.Header().Set("Content-Type", "text/event-stream")
	flusher := w.(http.Flusher)
	start := time.Now()
	ring := make(chan struct{}, 1)
	for i := range frames {
		deadline := time.Now()
		if fps > 0 {
			deadline = start.Add(time.Duration(i+1) * time.Second / time.Duration(fps))
			m.pacer.wait(deadline, ring)
		}
		if r.Context().Err() != nil {
			return
		}
		fmt.Fprintf(w, frameHead+`"content":"%d "},"finish_reason":null}]}`+"\n\n", deadline.UnixNano())
		flusher.Flush()
	}
	_, _ = io.WriteString(w, frameHead+`},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
}

// field returns the text of a member's value. Good enough here: the prompt holds no quotes.
func field(body []byte, name string) []byte {
	key := []byte(`"` + name + `"`)
	for {
		at := bytes.Index(body, key)
		if at < 0 {
			return nil
		}
		body = bytes.TrimLeft(body[at+len(key):], " ")
		// Without a colon it is a value of that spelling, such as the role "user".
		if bytes.HasPrefix(body, []byte(":")) {
			return bytes.TrimLeft(body[1:], " ")
		}
	}
}

func number(text []byte) int {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	value, _ := strconv.Atoi(string(text[:end]))
	return value
}
