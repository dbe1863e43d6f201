// Package lambdajson writes and reads the JSON of Lambda functions' events and answers, at a fraction of what encoding/json takes for them:
// where a request is little work beyond that, most of its time is spent there.
//
// What a [Writer] writes is, byte for byte, what encoding/json writes of the same values. A [Reader] reads texts in the plain form that
// programs write, of which it makes what encoding/json makes. Of any other text, well-formed or not, it tells that it is not plain, and
// its caller has encoding/json read it, whose word on what is wrong with it counts.
package lambdajson
