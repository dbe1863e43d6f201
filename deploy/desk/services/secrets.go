package services

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// getSecretValue is the one operation of AWS Secrets Manager that there is, by its X-Amz-Target.
const getSecretValue = "secretsmanager.GetSecretValue"

// clientSecretARN is where the secret of the app client with one is kept.
func (e environment) clientSecretARN() string {
	return fmt.Sprintf("arn:aws:secretsmanager:%s:123456789012:secret:local-client-AbCdEf", e.region())
}

// serveSecret answers GetSecretValue as AWS Secrets Manager does, for the one secret.
// See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
func (e environment) serveSecret(w http.ResponseWriter, r *http.Request) {
	var asked struct{ SecretId string }
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	answer := map[string]string{"ARN": e.clientSecretARN(), "Name": "local-client", "SecretString": ClientSecret}
	if json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&asked) != nil || asked.SecretId != answer["ARN"] && asked.SecretId != answer["Name"] {
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}
	}
	json.NewEncoder(w).Encode(answer)
}
