package cognito

import (
	"maps"
	"slices"
)

// userAttribute is Cognito's AttributeType.
type userAttribute struct{ Name, Value string }

// user is GetUser's response.
type user struct {
	Username            string
	UserAttributes      []userAttribute
	PreferredMfaSetting string   `json:",omitempty"`
	UserMFASettingList  []string `json:",omitempty"`
}

// getUser tells of an access token's user.
// Source: Amazon Cognito user pools API reference, GetUser.
func (p *Pool) getUser(in input) (any, *apiError) {
	who, err := p.bearer(in)
	if err != nil {
		return nil, err
	}
	u := user{Username: who.Username}
	attributes := who.attributeMap()
	attributes["sub"] = who.Subject
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		u.UserAttributes = append(u.UserAttributes, userAttribute{name, attributes[name]})
	}
	for _, mfa := range who.MFA {
		u.UserMFASettingList = append(u.UserMFASettingList, string(mfa))
	}
	if len(who.MFA) == 1 {
		u.PreferredMfaSetting = string(who.MFA[0])
	}
	return u, nil
}

// attributeMap are the user attributes, without sub. The map is the caller's.
func (p person) attributeMap() map[string]string {
	m := map[string]string{"email": p.Email, "email_verified": "true"}
	if p.Phone != "" {
		m["phone_number"], m["phone_number_verified"] = p.Phone, "true"
	}
	maps.Copy(m, p.attributes)
	return m
}
