package policy

import "slices"

// capabilities is a set of schemes, and of scopes under a scheme, as bits; [vocabulary] says which bit is which.
type capabilities []uint64

func (c capabilities) add(bit int) { c[bit/64] |= 1 << (bit % 64) }

// has tells whether all of the others are in the set.
func (c capabilities) has(others capabilities) bool {
	for i, word := range others {
		if word&^c[i] != 0 {
			return false
		}
	}
	return true
}

// meets tells whether any of the others is in the set.
func (c capabilities) meets(others capabilities) bool {
	for i, word := range others {
		if word&c[i] != 0 {
			return true
		}
	}
	return false
}

func (c capabilities) with(others capabilities) capabilities {
	union := slices.Clone(c)
	for i, word := range others {
		union[i] |= word
	}
	return union
}

// vocabulary numbers the schemes that an API's rules name, and the scopes that they ask for under each. What a caller
// has besides does not matter to them.
type vocabulary struct {
	schemes map[string]int
	scopes  map[string]map[string]int // by scheme
	size    int
}

func newVocabulary(rules []Rule) vocabulary {
	v := vocabulary{schemes: map[string]int{}, scopes: map[string]map[string]int{}}
	for _, rule := range rules {
		for _, alternative := range rule.Access.Alternatives {
			for _, requirement := range alternative {
				v.learn(requirement)
			}
		}
	}
	return v
}

func (v *vocabulary) learn(requirement Requirement) {
	number := func(words map[string]int, word string) {
		if _, known := words[word]; !known {
			words[word] = v.size
			v.size++
		}
	}
	number(v.schemes, requirement.Scheme)
	if v.scopes[requirement.Scheme] == nil {
		v.scopes[requirement.Scheme] = map[string]int{}
	}
	for _, scope := range requirement.Scopes {
		number(v.scopes[requirement.Scheme], scope)
	}
}

func (v *vocabulary) none() capabilities { return make(capabilities, (v.size+63)/64) }

// one is the set of a single scheme or scope.
func (v *vocabulary) one(bit int) capabilities {
	c := v.none()
	c.add(bit)
	return c
}

// owners are the scopes that count for owners only, under all schemes.
func (v *vocabulary) owners(owner map[string]string) capabilities {
	c := v.none()
	for _, scopes := range v.scopes {
		for scope, bit := range scopes {
			if _, owned := owner[scope]; owned {
				c.add(bit)
			}
		}
	}
	return c
}

// of is what the caller has: its schemes, and under each of them the scopes that were granted there.
func (v *vocabulary) of(caller *Caller) capabilities {
	c := v.none()
	for _, scheme := range caller.Schemes {
		bit, known := v.schemes[scheme]
		if !known {
			continue
		}
		c.add(bit)
		c.addKnown(v.scopes[scheme], caller.Scopes)
		c.addKnown(v.scopes[scheme], caller.SchemeScopes[scheme])
	}
	return c
}

func (c capabilities) addKnown(bits map[string]int, words []string) {
	for _, word := range words {
		if bit, known := bits[word]; known {
			c.add(bit)
		}
	}
}

// need is what an alternative asks for.
type need struct {
	capabilities capabilities
	owned        []string // path parameters that must equal the caller's id
}

// needs reads a rule's alternatives; those that can never hold are left out. A public rule needs nothing.
func (v *vocabulary) needs(access Access, owner map[string]string) []need {
	if access.Public {
		return []need{{capabilities: v.none()}}
	}
	var all []need
	for _, alternative := range access.Alternatives {
		n := need{capabilities: v.none()}
		for _, requirement := range alternative {
			n.capabilities.add(v.schemes[requirement.Scheme])
			for _, scope := range requirement.Scopes {
				n.capabilities.add(v.scopes[requirement.Scheme][scope])
				if parameter, owned := owner[scope]; owned {
					n.owned = append(n.owned, parameter)
				}
			}
		}
		if len(alternative) > 0 {
			all = append(all, n)
		}
	}
	return all
}
