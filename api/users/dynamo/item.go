package dynamo

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/users"
)

// ItemError says that an item of the table is no user, because of one attribute.
type ItemError struct {
	ID, Attribute string
}

// Error names the item and the attribute, and holds no value.
func (e *ItemError) Error() string {
	return fmt.Sprintf("item %q: attribute %q is missing or has no valid value", e.ID, e.Attribute)
}

func keyOf(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": text(id)}
}

// itemOf returns a user's item. Times are texts in UTC; an absent email is an absent attribute.
func itemOf(u users.User) map[string]types.AttributeValue {
	item := map[string]types.AttributeValue{
		"id":        text(u.ID),
		"name":      text(u.Name),
		"createdAt": timeText(u.CreatedAt),
		"updatedAt": timeText(u.UpdatedAt),
		"version":   number(u.Version),
	}
	if u.Email != "" {
		item["email"] = text(u.Email)
	}
	return item
}

// userOf returns the user of an item, or an *ItemError.
func userOf(item map[string]types.AttributeValue) (users.User, error) {
	r := reader{item: item}
	u := users.User{
		ID:        r.text("id"),
		Name:      r.text("name"),
		CreatedAt: r.time("createdAt"),
		UpdatedAt: r.time("updatedAt"),
		Version:   r.number("version"),
	}
	if _, ok := item["email"]; ok {
		u.Email = r.text("email")
	}
	if r.bad != "" {
		return users.User{}, &ItemError{u.ID, r.bad}
	}
	return u, nil
}

// reader reads attributes and keeps the name of the first bad one.
type reader struct {
	item map[string]types.AttributeValue
	bad  string
}

func (r *reader) refuse(name string) {
	if r.bad == "" {
		r.bad = name
	}
}

func (r *reader) text(name string) string {
	value, ok := r.item[name].(*types.AttributeValueMemberS)
	if !ok {
		r.refuse(name)
		return ""
	}
	return value.Value
}

func (r *reader) time(name string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, r.text(name))
	if err != nil {
		r.refuse(name)
	}
	return at.UTC()
}

func (r *reader) number(name string) int {
	value, ok := r.item[name].(*types.AttributeValueMemberN)
	if !ok {
		r.refuse(name)
		return 0
	}
	n, err := strconv.Atoi(value.Value)
	if err != nil || n < 1 {
		r.refuse(name)
	}
	return n
}

// expressions are those of one conditional write.
type expressions struct {
	update, condition string
	names             map[string]string
	values            map[string]types.AttributeValue
}

// conditionOf asks for a user, and for the one that was seen if there is such.
func conditionOf(seen *users.User) expressions {
	if seen == nil {
		return expressions{condition: "attribute_exists(id)"}
	}
	return expressions{
		condition: "attribute_exists(id) AND #version = :seen AND #createdAt = :created",
		names:     map[string]string{"#version": "version", "#createdAt": "createdAt"},
		values:    map[string]types.AttributeValue{":seen": number(seen.Version), ":created": timeText(seen.CreatedAt)},
	}
}

// updateOf increments the version inside DynamoDB, so that no update is counted twice or lost.
func updateOf(c users.Change, seen *users.User) expressions {
	e := expressions{
		update: "SET #name = :name, #updatedAt = :at, #version = #version + :one",
		names:  map[string]string{"#name": "name", "#email": "email", "#updatedAt": "updatedAt", "#version": "version"},
		values: map[string]types.AttributeValue{":name": text(c.Name), ":at": timeText(c.At), ":one": number(1)},
	}
	if c.Email == "" {
		e.update += " REMOVE #email"
	} else {
		e.update += ", #email = :email"
		e.values[":email"] = text(c.Email)
	}
	condition := conditionOf(seen)
	e.condition = condition.condition
	maps.Copy(e.names, condition.names)
	maps.Copy(e.values, condition.values)
	return e
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

func timeText(t time.Time) types.AttributeValue { return text(t.UTC().Format(time.RFC3339Nano)) }
