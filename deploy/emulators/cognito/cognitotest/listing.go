package cognitotest

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func (t *Target) group(tb testing.TB, user, group string) error {
	_, err := t.Client.AdminAddUserToGroup(tb.Context(), &idp.AdminAddUserToGroupInput{UserPoolId: &t.Pool, Username: &user, GroupName: &group})
	return err
}

// groups are those of a token.
func groups(tb testing.TB, token *string) (names []string) {
	tb.Helper()
	list, _ := claims(tb, token)["cognito:groups"].([]any)
	for _, name := range list {
		names = append(names, name.(string))
	}
	return names
}

var groupCases = []testCase{
	{"groups: are in the next tokens", func(tb testing.TB, t *Target) {
		t.created(tb, "joining")
		result := t.signIn(tb, t.Plain, "joining")
		for range 2 {
			if err := t.group(tb, "joining", Group); err != nil {
				tb.Fatal(err)
			}
		}
		again, err := t.refresh(tb, t.Plain, "joining", result.RefreshToken)
		if err != nil {
			tb.Fatal(err)
		}
		if before, after := groups(tb, result.AccessToken), groups(tb, again.AccessToken); len(before) != 0 || !slices.Equal(after, []string{Group}) {
			tb.Errorf("groups %v, then %v", before, after)
		}
		out, err := t.Client.AdminListGroupsForUser(tb.Context(), &idp.AdminListGroupsForUserInput{UserPoolId: &t.Pool, Username: aws.String("joining")})
		if err != nil || len(out.Groups) != 1 || *out.Groups[0].GroupName != Group {
			tb.Errorf("%+v, %v", out, err)
		}
		if _, err := t.Client.AdminRemoveUserFromGroup(tb.Context(), &idp.AdminRemoveUserFromGroupInput{UserPoolId: &t.Pool, Username: aws.String("joining"), GroupName: aws.String(Group)}); err != nil {
			tb.Fatal(err)
		}
		if after := groups(tb, t.signIn(tb, t.Plain, "joining").IdToken); len(after) != 0 {
			tb.Errorf("groups %v after all", after)
		}
	}},
	{"groups: one that there is not", func(tb testing.TB, t *Target) {
		refused(tb, t.group(tb, "alice", "nobodies"), "ResourceNotFoundException")
	}},
	{"groups: of nobody", func(tb testing.TB, t *Target) {
		refused(tb, t.group(tb, "nobody", Group), "UserNotFoundException")
	}},
	{"groups: made, and listed", func(tb testing.TB, t *Target) {
		create := func() error {
			_, err := t.Client.CreateGroup(tb.Context(), &idp.CreateGroupInput{UserPoolId: &t.Pool, GroupName: aws.String("makers"), Description: aws.String("who make")})
			return err
		}
		if err := create(); err != nil {
			tb.Fatal(err)
		}
		refused(tb, create(), "GroupExistsException")
		out, err := t.Client.ListGroups(tb.Context(), &idp.ListGroupsInput{UserPoolId: &t.Pool})
		if err != nil || !slices.ContainsFunc(out.Groups, func(g types.GroupType) bool { return *g.GroupName == "makers" && *g.Description == "who make" }) {
			tb.Errorf("%+v, %v", out, err)
		}
		t.created(tb, "maker")
		if err := t.group(tb, "maker", "makers"); err != nil {
			tb.Fatal(err)
		}
		in, err := t.Client.ListUsersInGroup(tb.Context(), &idp.ListUsersInGroupInput{UserPoolId: &t.Pool, GroupName: aws.String("makers")})
		if err != nil || len(in.Users) != 1 || *in.Users[0].Username != "maker" {
			tb.Errorf("%+v, %v", in, err)
		}
	}},
}

// listed are the names that a filter finds.
func (t *Target) listed(tb testing.TB, filter string) (names []string, err error) {
	out, err := t.Client.ListUsers(tb.Context(), &idp.ListUsersInput{UserPoolId: &t.Pool, Filter: &filter})
	if err != nil {
		return nil, err
	}
	for _, user := range out.Users {
		names = append(names, *user.Username)
	}
	slices.Sort(names)
	return names, nil
}

// found is a filter, and whom it finds.
func found(filter string, want ...string) func(testing.TB, *Target) {
	return func(tb testing.TB, t *Target) {
		names, err := t.listed(tb, filter)
		if err != nil || !slices.Equal(names, want) {
			tb.Errorf("%s finds %v, %v; want %v", filter, names, err, want)
		}
	}
}

func refusedFilter(filter string) func(testing.TB, *Target) {
	return func(tb testing.TB, t *Target) {
		_, err := t.listed(tb, filter)
		refused(tb, err, "InvalidParameterException")
	}
}

var listCases = []testCase{
	{"list: by name", found(`username = "alice"`, "alice")},
	{"list: by the beginning of a name", found(`username ^= "totp-"`, "totp-again", "totp-good", "totp-srp", "totp-wrong")},
	{"list: by email", found(`email = "bob@example.com"`, "bob")},
	{"list: by the beginning of a phone number", found(`phone_number ^= "+155501"`, "phoned", "several", "sms")},
	{"list: by status, in any case", found(`cognito:user_status = "reset_required"`, "reset")},
	{"list: by an attribute in quotes, without blanks", found(`"email"="carol@example.com"`, "carol")},
	{"list: nobody", found(`email = "nobody@example.com"`)},
	{"list: by a name in another case", found(`username = "ALICE"`)},
	{"list: by what cannot be searched", refusedFilter(`address = "x"`)},
	{"list: by what is no filter", refusedFilter(`alice`)},
	{"list: by what has no quotes", refusedFilter(`username = alice`)},
	{"list: by another operator", refusedFilter(`username > "alice"`)},
	{"list: in pages, each once", func(tb testing.TB, t *Target) {
		seen := map[string]bool{}
		in := &idp.ListUsersInput{UserPoolId: &t.Pool, Limit: aws.Int32(7), Filter: aws.String(`cognito:user_status = "CONFIRMED"`)}
		for pages := 0; pages == 0 || in.PaginationToken != nil; pages++ {
			out, err := t.Client.ListUsers(tb.Context(), in)
			if err != nil || len(out.Users) > 7 || pages > 50 {
				tb.Fatalf("%d users, %v", len(out.Users), err)
			}
			for _, user := range out.Users {
				if seen[*user.Username] {
					tb.Errorf("%s is there twice", *user.Username)
				}
				seen[*user.Username] = true
			}
			in.PaginationToken = out.PaginationToken
		}
		if !seen["alice"] || !seen["several"] || seen["unconfirmed"] {
			tb.Errorf("users %v", seen)
		}
	}},
	{"list: with some attributes", func(tb testing.TB, t *Target) {
		out, err := t.Client.ListUsers(tb.Context(), &idp.ListUsersInput{UserPoolId: &t.Pool, Filter: aws.String(`username = "alice"`), AttributesToGet: []string{"email"}})
		if err != nil || len(out.Users) != 1 || len(out.Users[0].Attributes) != 1 || *out.Users[0].Attributes[0].Value != "alice@example.com" {
			tb.Errorf("%+v, %v", out, err)
		}
	}},
	{"list: too many", func(tb testing.TB, t *Target) {
		_, err := t.Client.ListUsers(tb.Context(), &idp.ListUsersInput{UserPoolId: &t.Pool, Limit: aws.Int32(61)})
		refused(tb, err, "InvalidParameterException")
	}},
	{"list: a page of nothing's", func(tb testing.TB, t *Target) {
		_, err := t.Client.ListUsers(tb.Context(), &idp.ListUsersInput{UserPoolId: &t.Pool, PaginationToken: aws.String("x")})
		refused(tb, err, "InvalidParameterException")
	}},
}
