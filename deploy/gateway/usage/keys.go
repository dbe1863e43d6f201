package usage

import "fmt"

// CreateKey keeps a new key, and gives it as it is kept: with an id and a value where it had none. The errors are
// [*Error]: [Conflict] where another key has the id or the value, [Invalid], [TooMany].
func (r *Registry) CreateKey(k Key) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k.ID == "" {
		k.ID = newID(10)
	}
	if k.Value == "" {
		k.Value = newValue()
	}
	if wrong := k.check(); wrong != "" {
		return Key{}, &Error{Kind: Invalid, Resource: resourceKey, Reason: wrong}
	}
	if r.keys[k.ID] != nil || r.byValue[k.Value.hash()] != nil {
		return Key{}, &Error{Kind: Conflict, Resource: resourceKey, Reason: "API Key already exists"}
	}
	if len(r.keys) >= maxKeys {
		return Key{}, &Error{Kind: TooMany, Resource: resourceKey, Reason: fmt.Sprintf("the account has its %d API keys", maxKeys)}
	}
	k.Created = r.now()
	k.Updated = k.Created
	kept := &key{Key: k, members: map[string]*member{}}
	r.keys[k.ID], r.byValue[k.Value.hash()] = kept, kept
	return k, nil
}

// Key gives the key with this id. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Key(id string) (Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.keys[id]
	if k == nil {
		return Key{}, notFound(resourceKey, id)
	}
	return k.Key, nil
}

// Keys are all keys, in the order of their ids.
func (r *Registry) Keys() []Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var all []Key
	for _, k := range values(r.keys) {
		all = append(all, k.Key)
	}
	return all
}

// UpdateKey lets change alter the name, the description, the customer and whether the key is enabled, and nothing where
// change gives an error. The errors are that, and [*Error]: [NotFound], [Invalid].
func (r *Registry) UpdateKey(id string, change func(*Key) error) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.keys[id]
	if kept == nil {
		return Key{}, notFound(resourceKey, id)
	}
	k := kept.Key
	if err := change(&k); err != nil {
		return Key{}, err
	}
	if wrong := k.check(); wrong != "" {
		return Key{}, &Error{Kind: Invalid, Resource: resourceKey, ID: id, Reason: wrong}
	}
	if k.ID != kept.ID || k.Value != kept.Value {
		return Key{}, &Error{Kind: Invalid, Resource: resourceKey, ID: id, Reason: "id and value of a key do not change"}
	}
	k.Created, k.Updated = kept.Created, r.now()
	kept.Key = k
	return k, nil
}

// DeleteKey deletes a key, which leaves its plans thereby. The error is an [*Error] of the kind [NotFound].
func (r *Registry) DeleteKey(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.keys[id]
	if k == nil {
		return notFound(resourceKey, id)
	}
	for _, m := range k.members {
		delete(m.plan.members, id)
	}
	delete(r.keys, id)
	delete(r.byValue, k.Value.hash())
	return nil
}
