package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

// target is an arm made ready: the request is bytes that never change, so a call costs one write.
type target struct {
	name    string
	address string
	tls     *tls.Config
	request []byte
}

func newTarget(arm Arm) (*target, error) {
	u, err := url.Parse(arm.URL)
	if err != nil {
		return nil, err
	}
	t := &target{name: arm.Name, address: u.Host}
	if u.Scheme == "https" {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM([]byte(arm.CA)) {
			return nil, fmt.Errorf("https needs a ca in PEM")
		}
		t.tls = &tls.Config{RootCAs: pool, ServerName: u.Hostname()}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n",
		u.RequestURI(), u.Host, len(arm.Body))
	names := make([]string, 0, len(arm.Headers))
	for name := range arm.Headers {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\r\n", name, arm.Headers[name])
	}
	b.WriteString("\r\n")
	b.WriteString(arm.Body)
	t.request = []byte(b.String())
	return t, nil
}

// link is one kept-alive connection to a target, used by one goroutine.
type link struct {
	target *target
	conn   net.Conn
	reader *bufio.Reader
}

func (l *link) open() error {
	conn, err := net.DialTimeout("tcp", l.target.address, 5*time.Second)
	if err != nil {
		return err
	}
	if l.target.tls != nil {
		secured := tls.Client(conn, l.target.tls)
		if err := secured.Handshake(); err != nil {
			conn.Close()
			return err
		}
		conn = secured
	}
	l.conn, l.reader = conn, bufio.NewReaderSize(conn, 16<<10)
	return nil
}

func (l *link) close() {
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// answer is what one call took, from the first byte written.
type answer struct {
	// Until the first event with content; for an answer that is no stream, until its end.
	first time.Duration
	total time.Duration
}

// frameSeen is called with the deadline that the mock stamped on a frame and the time of its arrival.
type frameSeen func(deadline, at time.Time)

var postRequest = &http.Request{Method: http.MethodPost}

// call makes one request. A connection that the server closed while it was idle is replaced once,
// before the clock starts, as every client does.
func (l *link) call(onFrame frameSeen) (answer, error) {
	fresh := l.conn == nil
	if fresh {
		if err := l.open(); err != nil {
			return answer{}, err
		}
	}
	result, reached, err := l.attempt(onFrame)
	if err != nil {
		l.close()
		if !fresh && !reached {
			return l.call(onFrame)
		}
	}
	return result, err
}

// attempt also reports whether a byte of an answer was seen.
func (l *link) attempt(onFrame frameSeen) (answer, bool, error) {
	start := time.Now()
	_ = l.conn.SetDeadline(start.Add(60 * time.Second))
	if _, err := l.conn.Write(l.target.request); err != nil {
		return answer{}, false, err
	}
	if _, err := l.reader.Peek(1); err != nil {
		return answer{}, false, err
	}
	response, err := http.ReadResponse(l.reader, postRequest)
	if err != nil {
		return answer{}, true, err
	}
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 300))
		return answer{}, true, fmt.Errorf("status %d: %s", response.StatusCode, text)
	}
	var first time.Duration
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		first, err = readEvents(response.Body, start, onFrame)
	} else {
		_, err = io.Copy(io.Discard, response.Body)
	}
	total := time.Since(start)
	if first == 0 {
		first = total
	}
	if response.Close {
		l.close()
	}
	return answer{first: first, total: total}, true, err
}

var contentKey = []byte(`"content":`)

// readEvents reads to the end of the stream and fails unless that was `[DONE]`.
func readEvents(body io.Reader, start time.Time, onFrame frameSeen) (time.Duration, error) {
	reader := bufio.NewReaderSize(body, 8<<10)
	var first time.Duration
	done := false
	for {
		line, err := reader.ReadSlice('\n')
		if err == io.EOF && done {
			return first, nil
		}
		if err != nil {
			return first, fmt.Errorf("stream ended early: %w", err)
		}
		if bytes.HasPrefix(line, []byte("data: [DONE]")) {
			done = true
			continue
		}
		deadline, ok := frameDeadline(line)
		if !ok {
			continue
		}
		at := time.Now()
		if first == 0 {
			first = at.Sub(start)
		}
		if onFrame != nil {
			onFrame(deadline, at)
		}
	}
}

// frameDeadline takes the deadline out of a frame's content. A gateway may have written the JSON
// anew, so spaces after the colon are allowed.
func frameDeadline(line []byte) (time.Time, bool) {
	at := bytes.Index(line, contentKey)
	if at < 0 {
		return time.Time{}, false
	}
	rest := bytes.TrimLeft(line[at+len(contentKey):], ` "`)
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	nanos, err := strconv.ParseInt(string(rest[:end]), 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	return time.Unix(0, nanos), true
}
