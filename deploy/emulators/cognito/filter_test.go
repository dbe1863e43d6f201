package cognito_test

import (
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/emulators/cognito"
)

// userList is ListUsers' response.
type userList struct {
	Users           []struct{ Username string }
	PaginationToken string
}

func (l userList) names() (names []string) {
	for _, u := range l.Users {
		names = append(names, u.Username)
	}
	return names
}

// TestFilters: whom a filter finds, and what is none.
func TestFilters(t *testing.T) {
	pool, _, _ := at(t, start)
	ok(t, administer(pool, "AdminUpdateUserAttributes", fields{"Username": "reader", "UserAttributes": attributes{
		attribute("name", `Ann "A" \ Bee`), attribute("family_name", "Bee"), attribute("preferred_username", "ann"),
	}}))
	tests := []struct {
		filter string
		want   []string
	}{
		{"", []string{"admin", "reader", "member", "new", "token", "phone", "disabled", "unconfirmed", "reset"}},
		{`username="admin"`, []string{"admin"}},
		{`  username  ^=  "re"  `, []string{"reader", "reset"}},
		{`username ^= ""`, []string{"admin", "reader", "member", "new", "token", "phone", "disabled", "unconfirmed", "reset"}},
		{`sub = "a0000000-0000-4000-8000-000000000001"`, []string{"admin"}},
		{`name = "Ann \"A\" \\ Bee"`, []string{"reader"}},
		{`name ^= "ann"`, nil},
		{`family_name ^= ""`, []string{"reader"}},
		{`preferred_username = "ann"`, []string{"reader"}},
		{`phone_number = "+15550100"`, []string{"phone"}},
		{`status = "Disabled"`, []string{"disabled"}},
		{`status = "disabled"`, nil},
		{`cognito:user_status = "force_change_PASSWORD"`, []string{"new"}},
		{`"cognito:user_status" = "UNCONFIRMED"`, []string{"unconfirmed"}},
	}
	for _, test := range tests {
		got := decode[userList](t, administer(pool, "ListUsers", fields{"Filter": test.filter})).names()
		if !slices.Equal(got, test.want) {
			t.Errorf("%s finds %v, want %v", test.filter, got, test.want)
		}
	}
	for _, filter := range []string{" ", "username", `username =`, `username = "admin`, `username = admin`, `username = "a" or username = "b"`, `username == "a"`,
		`username ^ = "a"`, `username = "\"`, `= "a"`, `"username = "a"`, `username = 'a'`} {
		answer := administer(pool, "ListUsers", fields{"Filter": filter})
		if answer.Code != 400 || !strings.Contains(answer.Body.String(), "InvalidParameterException") {
			t.Errorf("%s: %d %s", filter, answer.Code, answer.Body)
		}
	}
	checkError(t, administer(pool, "ListUsers", fields{"Filter": `groups = "a"`}), "InvalidParameterException", "Invalid search attribute: groups")
}

// TestPages: each is behind the one before it, whoever comes and goes in between.
func TestPages(t *testing.T) {
	pool, _, _ := at(t, start)
	page := func(token string) userList {
		body := fields{"Limit": 4}
		if token != "" {
			body["PaginationToken"] = token
		}
		return decode[userList](t, administer(pool, "ListUsers", body))
	}
	first := page("")
	ok(t, administer(pool, "AdminDeleteUser", fields{"Username": "admin"}))
	ok(t, signUp(pool, "later"))
	second := page(first.PaginationToken)
	third := page(second.PaginationToken)
	got := slices.Concat(first.names(), second.names(), third.names())
	if want := []string{"admin", "reader", "member", "new", "token", "phone", "disabled", "unconfirmed", "reset", "later"}; !slices.Equal(got, want) || third.PaginationToken != "" {
		t.Errorf("%v and %q, want %v", got, third.PaginationToken, want)
	}
	for _, limit := range []int{-1, 61} {
		if answer := administer(pool, "ListUsers", fields{"Limit": limit}); answer.Code != 400 {
			t.Errorf("limit %d: %d %s", limit, answer.Code, answer.Body)
		}
	}
	for _, token := range []string{"x", "LTE", first.PaginationToken + "="} {
		checkError(t, administer(pool, "ListUsers", fields{"PaginationToken": token}), "InvalidParameterException", "Invalid pagination token")
	}
}

// FuzzFilter: a value that is quoted finds who has it, and nobody else, and nothing that is no filter finds anybody.
func FuzzFilter(f *testing.F) {
	f.Add(`name = "x"`, `Ann "A" \ Bee`)
	f.Add(`username ^= "`, `"`)
	f.Add(`status = "Enabled"`, `\`)
	pool, err := cognito.New(cognito.Config{BaseURL: "http://a.example/_cognito"})
	if err != nil {
		f.Fatal(err)
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	f.Fuzz(func(t *testing.T, filter, value string) {
		value = strings.ToValidUTF8(value, "")
		if answer := administer(pool, "ListUsers", fields{"Filter": filter}); answer.Code != 200 && !strings.Contains(answer.Body.String(), "InvalidParameterException") {
			t.Errorf("%q: %d %s", filter, answer.Code, answer.Body)
		}
		set := administer(pool, "AdminUpdateUserAttributes", fields{"Username": "reader", "UserAttributes": attributes{attribute("name", value)}})
		if set.Code != 200 || value == "" {
			return
		}
		found := decode[userList](t, administer(pool, "ListUsers", fields{"Filter": `name = "` + quote.Replace(value) + `"`}))
		if !slices.Equal(found.names(), []string{"reader"}) {
			t.Errorf("%q finds %v", value, found.names())
		}
	})
}
