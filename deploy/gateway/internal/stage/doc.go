// Package stage is what the stages of all kinds of API share: the methods that requests are routed to, the guards that
// decide whether they may go on, keys and limits, functions, and what logs and traces tell of all that.
//
// An [Exchange] is a request on its way: the [Request] as it was sent, the [Caller] as far as guards and keys tell, and
// the [Outcome]. A [Guard] finds the facts of a [Verdict]. How anything is answered is not known here: packages rest and
// httpapi route, shape events, and word what is refused, each as AWS's kind of API does.
package stage
