package stage

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ErrCoding says that a body is not in a content coding that can be undone; what wraps it says why.
var ErrCoding = errors.New("the body's Content-Encoding")

// ContentCoding is the content coding that a request says its body is in (RFC 9110, section 8.4.1), in lower case; "": none. Of several
// it is the list.
func ContentCoding(header http.Header) string {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(header["Content-Encoding"], ", ")))
	if coding == "identity" {
		return ""
	}
	return coding
}

// Decompress undoes the content coding of the body that [Exchange.ReadBody] has read, once. What is larger than a body may be is not read
// to its end. The error is ErrBodyTooLarge, or wraps ErrCoding. An empty body has no coding, which is a choice. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-enable-compression.html#api-gateway-supported-content-encodings.
func (x *Exchange) Decompress() error {
	coding := ContentCoding(x.HTTP.Header)
	if coding == "" || len(x.Body) == 0 {
		return nil
	}
	compressed := bytes.NewReader(x.Body)
	reader, err := decompressor(coding, compressed)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCoding, err)
	}
	body, err := io.ReadAll(io.LimitReader(reader, maxBody+1))
	switch {
	case len(body) > maxBody:
		return ErrBodyTooLarge
	case err != nil:
		return fmt.Errorf("%w: %w", ErrCoding, err)
	case compressed.Len() > 0:
		return fmt.Errorf("%w: %s: %d bytes follow its end", ErrCoding, coding, compressed.Len())
	}
	x.Body = body
	return nil
}

// decompressor undoes a coding: gzip, or deflate, which is zlib's format (RFC 9110, section 8.4.1.2). That API Gateway takes no bare DEFLATE
// data for it is a choice.
func decompressor(coding string, compressed io.Reader) (io.Reader, error) {
	switch coding {
	case "gzip":
		return gzip.NewReader(compressed)
	case "deflate":
		return zlib.NewReader(compressed)
	}
	return nil, fmt.Errorf("want gzip, deflate or identity, got %.40q", coding)
}
