package lambda_test

import (
	"reflect"
	"strings"
	"testing"

	"portcullis/deploy/gateway/internal/lambda"
)

var plainAnswers = []string{
	`{"statusCode":200}`, ` { "statusCode" : 599 , "headers" : { "A" : "1" , "a" : "2", "Set-Cookie":"x=y" } , "body" : "{\"a\":\"é\"}" , "isBase64Encoded" : true } `,
	`{"headers":null,"statusCode":201,"isBase64Encoded":null,"body":null}`, `{"statusCode":204,"headers":{}}`,
}

var otherAnswers = []string{
	`{}`, `null`, `{"statusCode":199}`, `{"statusCode":600}`, `{"statusCode":"200"}`, `{"statusCode":null}`, `{"statusCode":200.0}`, `{"statusCode":2e2}`,
	`{"statusCode":200,"more":1}`, `{"statusCode":200,"STATUSCODE":200}`, `{"statuscode":200}`, `{"statusCode":200,"statusCode":201}`, `{"statusCode":200}{}`,
	`{"statusCode":200,"headers":{"a":1}}`, `{"statusCode":200,"headers":{"a b":"c"}}`, `{"statusCode":200,"headers":{"a":"b\r\nc"}}`, `{"statusCode":200,"headers":[]}`,
	`{"statusCode":200,"body":{}}`, `{"statusCode":200,"isBase64Encoded":"true"}`, `{"statusCode":200,"base64Encoded":true}`, `{"statusCode":200,"multiValueHeaders":null}`, `{"statusCode":200,"cookies":[]}`,
}

func TestPlainAnswers(t *testing.T) {
	for _, text := range plainAnswers {
		if _, plain := lambda.ParsePlainAnswer([]byte(text)); !plain {
			t.Errorf("%s is not plain", text)
		}
	}
	for _, text := range otherAnswers {
		if answer, plain := lambda.ParsePlainAnswer([]byte(text)); plain {
			t.Errorf("%s is plain: %+v", text, answer)
		}
	}
}

// FuzzPlainAnswer compares what is made of a plain answer with what is made of it where another member, of no meaning, keeps it from being
// plain.
func FuzzPlainAnswer(f *testing.F) {
	for _, text := range append(plainAnswers, otherAnswers...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, plain := lambda.ParsePlainAnswer([]byte(text))
		if !plain {
			return
		}
		before, after, _ := strings.Cut(text, "{")
		longer := before + `{"multiValueHeaders":null,` + after
		if _, plain := lambda.ParsePlainAnswer([]byte(longer)); plain {
			t.Fatalf("%s is plain", longer)
		}
		want, err := lambda.ParseProxyAnswer([]byte(longer))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, want %+v, %v", text, got, want, err)
		}
	})
}
