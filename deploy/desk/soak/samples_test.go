package soak_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// counts are what has been counted until a moment.
type counts struct {
	at                     time.Time
	statuses               [600]int64
	modes, asked           map[string]int64 // answers by mode, and decisions of its function
	tokens, fetches        int64
	remembered, looked     int64 // of the tokens that the function of rest-request was asked about
	keysKnown, keysLooked  int64 // of its API keys
	took                   [len(steps)]int64
	processor              map[string]float64 // seconds, by program
	machine                float64            // seconds in which the machine's processors were busy
	resident               map[string]float64 // megabytes, by program
	processes              int
	load                   float64
	rotations, revocations int64
	keyChanges, early      int64
}

// row is a sample: what there was in a second between two moments, or at the second one.
type row struct {
	seconds                     float64 // since the start
	answers, ok, denied, failed float64 // a second: all, 200, 401 and 403, and others
	fresh                       float64 // tokens a second that are called with for the first time
	tokens                      float64 // all of them until now
	p50, p99                    float64 // milliseconds in which half of the answers, and 99 of 100, came at most
	policies                    float64 // percent of the requests for which the gateway had a policy, where it keeps any
	memory                      float64 // percent of the tokens that the function which is asked each time had verified before
	keys                        float64 // percent of the API keys that it had read before
	fetches                     float64 // of key sets, until now
	desk, functions, client     float64 // megabytes in RAM
	largest                     float64 // megabytes of the function that has most, in the mean of its processes
	deskCPU, functionsCPU       float64 // of a processor
	clientCPU, othersCPU        float64
	load                        float64 // average of a minute
}

var columns = []string{"seconds", "answers/s", "200/s", "401 and 403/s", "others/s", "new tokens/s", "tokens", "p50 ms", "p99 ms", "policy kept %", "token remembered %", "key remembered %", "key sets fetched",
	"desk MB", "functions MB", "client MB", "largest process MB", "desk CPUs", "functions CPUs", "client CPUs", "other programs CPUs", "load average"}

func (r row) values() []float64 {
	return []float64{r.seconds, r.answers, r.ok, r.denied, r.failed, r.fresh, r.tokens, r.p50, r.p99, r.policies, r.memory, r.keys, r.fetches,
		r.desk, r.functions, r.client, r.largest, r.deskCPU, r.functionsCPU, r.clientCPU, r.othersCPU, r.load}
}

// since gives the sample from the moment before to this one.
func (c *counts) since(before *counts, start time.Time) row {
	s := c.at.Sub(before.at).Seconds()
	per := func(now, then int64) float64 { return float64(now-then) / s }
	r := row{seconds: c.at.Sub(start).Seconds(), fresh: per(c.tokens, before.tokens), tokens: float64(c.tokens), fetches: float64(c.fetches), load: c.load}
	for status := range c.statuses {
		rate := per(c.statuses[status], before.statuses[status])
		r.answers += rate
		switch status {
		case 200:
			r.ok += rate
		case 401, 403:
			r.denied += rate
		default:
			r.failed += rate
		}
	}
	r.p50, r.p99 = within(c.took, before.took, 0.5), within(c.took, before.took, 0.99)
	var answers, asked int64
	for _, mode := range modes[:2] {
		answers += c.modes[mode] - before.modes[mode]
		asked += c.asked[mode] - before.asked[mode]
	}
	r.policies = 100 - percent(asked, answers)
	r.memory = percent(c.remembered-before.remembered, c.looked-before.looked)
	r.keys = percent(c.keysKnown-before.keysKnown, c.keysLooked-before.keysLooked)
	cpu := func(name string) float64 { return max(c.processor[name]-before.processor[name], 0) / s }
	r.othersCPU = (c.machine - before.machine) / s
	for name, megabytes := range c.resident {
		used := cpu(name)
		r.othersCPU -= used
		switch name {
		case "desk":
			r.desk, r.deskCPU = megabytes, used
		case "client":
			r.client, r.clientCPU = megabytes, used
		default:
			r.functions += megabytes
			r.functionsCPU += used
			r.largest = max(r.largest, megabytes/atOnce)
		}
	}
	r.othersCPU = max(r.othersCPU, 0)
	return r
}

func percent(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(part) / float64(of)
}

// within gives the bound, in milliseconds, within which a share of the answers came.
func within(now, before [len(steps)]int64, share float64) float64 {
	var all, some int64
	for s := range steps {
		all += now[s] - before[s]
	}
	for s := range steps {
		if some += now[s] - before[s]; float64(some) >= share*float64(all) {
			return float64(steps[s].Microseconds()) / 1000
		}
	}
	return 0
}

// take counts.
func (r *run) take() *counts {
	c := &counts{at: time.Now(), modes: map[string]int64{}, asked: map[string]int64{}, tokens: r.tally.tokens.Load(), early: r.tally.early.Load(), fetches: int64(r.issuers.fetches()),
		rotations: r.rotations.Load(), revocations: r.revocations.Load(), keyChanges: r.keyChanges.Load()}
	for status := range c.statuses {
		c.statuses[status] = r.tally.statuses[status].Load()
	}
	for s := range steps {
		c.took[s] = r.tally.tookMore[s].Load()
	}
	for mode, function := range functionOf {
		d := r.program.log.decisions[function]
		c.modes[mode], c.asked[mode] = r.tally.modes[mode].Load(), d.all.Load()+d.keys.Load()
	}
	d := r.program.log.decisions["request"]
	c.looked, c.remembered, c.keysLooked, c.keysKnown = d.all.Load(), d.remembered.Load(), d.keys.Load(), d.keysRemembered.Load()
	c.processor, c.resident, c.processes = usage(r.program.pid)
	c.machine, c.load = machine()
	return c
}

// ticks are a second of the kernel's, as it counts time for programs (USER_HZ).
const ticks = 100

// usage tells what this process, a desk and its functions have used, as far as the system says it as Linux does.
func usage(desk int) (processor, resident map[string]float64, processes int) {
	processor, resident = map[string]float64{}, map[string]float64{}
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it ended
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if len(fields) < 22 {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		name := nameOf(pid, fields[1], desk)
		if name == "" {
			continue
		}
		number := func(field int) float64 { n, _ := strconv.ParseFloat(fields[field-3], 64); return n } // as proc_pid_stat(5) counts them
		processor[name] += (number(14) + number(15)) / ticks
		resident[name] += number(24) * float64(os.Getpagesize()) / (1 << 20)
		processes++
	}
	return processor, resident, processes
}

// nameOf tells which program of ours a process is; "": none.
func nameOf(pid int, parent string, desk int) string {
	switch {
	case pid == desk:
		return "desk"
	case pid == os.Getpid():
		return "client"
	case parent == strconv.Itoa(desk):
		variables, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		_, rest, found := bytes.Cut(variables, []byte("AWS_LAMBDA_FUNCTION_NAME="))
		name, _, _ := bytes.Cut(rest, []byte{0})
		if found {
			return string(name)
		}
	}
	return ""
}

// machine tells how long its processors have been busy, and its load.
func machine() (busy, load float64) {
	if text, err := os.ReadFile("/proc/stat"); err == nil {
		first, _, _ := strings.Cut(string(text), "\n")
		for i, field := range strings.Fields(first) {
			n, _ := strconv.ParseFloat(field, 64)
			if i > 0 && i <= 8 && i != 4 && i != 5 { // all but idle and iowait; those behind are counted in others
				busy += n / ticks
			}
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _ = strconv.ParseFloat(strings.Fields(string(text))[0], 64)
	}
	return busy, load
}

// table writes samples as CSV.
func table(rows []row) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(columns)
	for _, r := range rows {
		var fields []string
		for _, value := range r.values() {
			fields = append(fields, strconv.FormatFloat(value, 'f', decimals(value), 64))
		}
		w.Write(fields)
	}
	w.Flush()
	return b.Bytes()
}

func decimals(value float64) int {
	if value >= 100 || value == float64(int64(value)) {
		return 0
	}
	return 2
}
