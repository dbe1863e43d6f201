package cognito

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// The addresses among the attributes. What is behind their names is that of whether they are known to be somebody's.
const (
	emailAttribute = "email"
	phoneAttribute = "phone_number"
	verifiedSuffix = "_verified"
)

// customPrefix is before the names of attributes that a pool's schema adds. This pool takes all that can be.
const customPrefix = "custom:"

// The limits of attributes. Source: Amazon Cognito developer guide, "Working with user attributes".
const (
	maxAttributeValue = 2048 // characters
	maxCustomName     = 20   // characters
)

// userAttribute is Cognito's AttributeType.
type userAttribute struct{ Name, Value string }

// readAttributes reads a list of attributes, those of who signs up or, with more that may be set, of an administrator.
func (in input) readAttributes(member string, administrator bool) (map[string]string, *apiError) {
	var list []userAttribute
	if err := in.read(member, &list); err != nil {
		return nil, err
	}
	attributes := map[string]string{}
	for _, a := range list {
		if err := checkAttribute(a, administrator); err != nil {
			return nil, err
		}
		attributes[a.Name] = a.Value
	}
	return attributes, nil
}

func checkAttribute(a userAttribute, administrator bool) *apiError {
	address, isVerified := strings.CutSuffix(a.Name, verifiedSuffix)
	isVerified = isVerified && (address == emailAttribute || address == phoneAttribute)
	custom, isCustom := strings.CutPrefix(a.Name, customPrefix)
	switch {
	case a.Name == "sub" || isVerified && !administrator:
		return unauthorizedAttribute
	case isVerified && a.Value != "true" && a.Value != "false":
		return invalid("Attributes did not conform to the schema: " + a.Name + ": Attribute does not conform to the schema: want true or false.")
	case isCustom && (custom == "" || utf8.RuneCountInString(custom) > maxCustomName),
		!isCustom && !isVerified && a.Name != emailAttribute && a.Name != phoneAttribute && !slices.Contains(settable, a.Name):
		return invalid("Attributes did not conform to the schema: " + a.Name + ": Attribute does not exist in the schema.")
	case utf8.RuneCountInString(a.Value) > maxAttributeValue:
		return invalid("Attributes did not conform to the schema: " + a.Name + ": String must be no longer than 2048 characters")
	case a.Name == emailAttribute && a.Value != "" && !validEmail(a.Value):
		return invalid("Invalid email address format.")
	case a.Name == phoneAttribute && a.Value != "" && !validPhone(a.Value):
		return invalid("Invalid phone number format.")
	}
	return nil
}

var unauthorizedAttribute = notAuthorized("A client attempted to write unauthorized attribute")

func validEmail(text string) bool {
	local, domain, _ := strings.Cut(text, "@")
	return local != "" && domain != "" && !strings.Contains(domain, "@") && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// validPhone wants a number as E.164 has it.
func validPhone(text string) bool {
	digits, plus := strings.CutPrefix(text, "+")
	return plus && len(digits) >= 2 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == "" && digits[0] != '0'
}

// list are the attributes and sub, in the order of their names.
func (p person) list() []userAttribute {
	all := maps.Clone(p.attributes)
	all["sub"] = p.Subject
	list := make([]userAttribute, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, userAttribute{name, all[name]})
	}
	return list
}
