package cognito

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
	return userOf(who), nil
}

func userOf(who person) user {
	u := user{Username: who.Username, UserAttributes: who.list()}
	for _, mfa := range who.MFA {
		u.UserMFASettingList = append(u.UserMFASettingList, string(mfa))
	}
	if len(who.MFA) == 1 {
		u.PreferredMfaSetting = string(who.MFA[0])
	}
	return u
}
