package plan

import (
	"cmp"
	"unicode/utf8"
)

// What an HTTP API takes at most. See
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html and
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes-routeid.html.
const (
	mostDescription   = 1024 // characters of its description
	mostOperationName = 64   // characters of a route's operation name
	mostScope         = 64   // characters of a route's scope
)

// cut is the beginning of a text, of so many characters at most.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// http is what only HTTP APIs have.
func (b *builder) http() *HTTP {
	h := &HTTP{PayloadFormatVersion: cmp.Or(b.mode.PayloadFormatVersion, "2.0")}
	if from := b.mode.CORS; from != nil {
		h.CORS = &CORS{
			AllowOrigins: listOf(from.AllowOrigins), AllowMethods: listOf(from.AllowMethods), AllowHeaders: listOf(from.AllowHeaders),
			ExposeHeaders: listOf(from.ExposeHeaders), MaxAge: from.MaxAge, AllowCredentials: from.AllowCredentials,
		}
	}
	return h
}
