package plan

import "cmp"

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
