package verify

import (
	"net/url"
	"slices"
	"strings"
)

// entraHosts are those of the issuers of Microsoft Entra, in all its clouds: of tokens of version 2.0, and of version 1.0.
// See https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud.
var entraHosts = []string{
	"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
	"sts.windows.net", "sts.microsoftonline.us", "sts.chinacloudapi.cn",
}

// entraTenant is the tenant that an issuer of Microsoft Entra names; "" of any other issuer, and where a placeholder stands
// for the tenant. The keys of all tenants are in one set, in which each key says whose it is in a member "issuer": most
// have the placeholder there, and that of personal accounts, which signs for no organization, has its tenant.
// See https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-signing-key-issuer.
func entraTenant(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil || !slices.Contains(entraHosts, strings.ToLower(u.Hostname())) {
		return ""
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if strings.ContainsAny(tenant, "{}") {
		return ""
	}
	return tenant
}
