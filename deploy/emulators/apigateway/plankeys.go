package apigateway

import "portcullis/deploy/gateway/usage"

// keyType is the one kind of key that a plan has.
const keyType = "API_KEY"

// wirePlanKey is a UsagePlanKey: https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlanKey.html.
type wirePlanKey struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Value string `json:"value"`
	Name  string `json:"name,omitempty"`
}

func newWirePlanKey(k usage.Key) wirePlanKey {
	return wirePlanKey{ID: k.ID, Type: keyType, Value: string(k.Value), Name: k.Name}
}

// createPlanKey is CreateUsagePlanKey.
func (h *Handler) createPlanKey(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	var id, kind string
	if err := c.decode(map[string]any{"keyId": &id, "keyType": &kind}); err != nil {
		return nil, err
	}
	if kind != keyType {
		return nil, badRequest("keyType: want %s, got %q", keyType, kind)
	}
	k, err := h.registry.Join(c.PathValue("plan"), id)
	if err != nil {
		return nil, err
	}
	return newWirePlanKey(k), nil
}

// getPlanKeys is GetUsagePlanKeys.
func (h *Handler) getPlanKeys(c *call) (any, error) {
	p, err := c.parameters("name", "limit", "position")
	if err != nil {
		return nil, err
	}
	page, err := p.page()
	if err != nil {
		return nil, err
	}
	keys, err := h.registry.Members(c.PathValue("plan"))
	if err != nil {
		return nil, err
	}
	return listOf(named(keys, p["name"]), page, idOfKey, newWirePlanKey), nil
}

// getPlanKey is GetUsagePlanKey.
func (h *Handler) getPlanKey(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	k, err := h.registry.Member(c.PathValue("plan"), c.PathValue("key"))
	if err != nil {
		return nil, err
	}
	return newWirePlanKey(k), nil
}

// deletePlanKey is DeleteUsagePlanKey.
func (h *Handler) deletePlanKey(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	return nil, h.registry.Leave(c.PathValue("plan"), c.PathValue("key"))
}
