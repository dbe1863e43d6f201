package apigateway

import (
	"strings"

	"portcullis/deploy/gateway/usage"
)

// wireKey is an ApiKey: https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html.
type wireKey struct {
	ID          string   `json:"id"`
	Value       string   `json:"value,omitempty"`
	Name        string   `json:"name,omitempty"`
	CustomerID  string   `json:"customerId,omitempty"`
	Description string   `json:"description,omitempty"`
	Enabled     bool     `json:"enabled"`
	Created     int64    `json:"createdDate"` // seconds since 1970
	Updated     int64    `json:"lastUpdatedDate"`
	StageKeys   []string `json:"stageKeys"` // always empty: usage plans took their place
}

func newWireKey(k usage.Key, withValue bool) wireKey {
	wire := wireKey{
		ID: k.ID, Name: k.Name, CustomerID: k.CustomerID, Description: k.Description, Enabled: k.Enabled,
		Created: k.Created.Unix(), Updated: k.Updated.Unix(), StageKeys: []string{},
	}
	if withValue {
		wire.Value = string(k.Value)
	}
	return wire
}

// createKey is CreateApiKey. A key is disabled unless the request says otherwise, as in API Gateway.
func (h *Handler) createKey(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	var k usage.Key
	var distinct *bool
	err := c.decode(map[string]any{
		"name": &k.Name, "description": &k.Description, "customerId": &k.CustomerID, "enabled": &k.Enabled,
		"value": (*string)(&k.Value), "generateDistinctId": &distinct,
	})
	if err != nil {
		return nil, err
	}
	if distinct != nil && !*distinct {
		return nil, badRequest("generateDistinctId: false is not supported; ids are always made")
	}
	made, err := h.registry.CreateKey(k)
	if err != nil {
		return nil, err
	}
	return newWireKey(made, true), nil
}

// getKeys is GetApiKeys.
func (h *Handler) getKeys(c *call) (any, error) {
	p, err := c.parameters("name", "customerId", "includeValues", "limit", "position")
	if err != nil {
		return nil, err
	}
	withValues, err := p.flag("includeValues")
	if err != nil {
		return nil, err
	}
	page, err := p.page()
	if err != nil {
		return nil, err
	}
	found := named(h.registry.Keys(), p["name"])
	if customer, given := p["customerId"]; given {
		found = keep(found, func(k usage.Key) bool { return k.CustomerID == customer })
	}
	return listOf(found, page, idOfKey, func(k usage.Key) wireKey { return newWireKey(k, withValues) }), nil
}

func idOfKey(k usage.Key) string { return k.ID }

// named keeps the keys whose names begin so.
func named(keys []usage.Key, prefix string) []usage.Key {
	return keep(keys, func(k usage.Key) bool { return strings.HasPrefix(k.Name, prefix) })
}

func keep[T any](all []T, good func(T) bool) (kept []T) {
	for _, item := range all {
		if good(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// getKey is GetApiKey.
func (h *Handler) getKey(c *call) (any, error) {
	p, err := c.parameters("includeValue")
	if err != nil {
		return nil, err
	}
	withValue, err := p.flag("includeValue")
	if err != nil {
		return nil, err
	}
	k, err := h.registry.Key(c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	return newWireKey(k, withValue), nil
}

// updateKey is UpdateApiKey.
func (h *Handler) updateKey(c *call) (any, error) {
	patches, err := c.patches()
	if err != nil {
		return nil, err
	}
	k, err := h.registry.UpdateKey(c.PathValue("key"), func(k *usage.Key) error {
		return apply(patches, keyPatches, k)
	})
	if err != nil {
		return nil, err
	}
	return newWireKey(k, false), nil
}

// deleteKey is DeleteApiKey.
func (h *Handler) deleteKey(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	return nil, h.registry.DeleteKey(c.PathValue("key"))
}
