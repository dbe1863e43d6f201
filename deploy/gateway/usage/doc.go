// Package usage is API Gateway's account of who calls how often: API keys, the usage plans that they are in, the
// throttles and the quotas of those plans, and the throttle of a stage. All of it is in memory and may be used by many
// goroutines at once.
//
// A gateway asks [Registry.Admit] once for each request that carries an API key. The checks come in this order, and each
// ends the request:
//
//  1. The key is known and enabled, and one of its plans is for the stage. Otherwise: [Forbidden].
//  2. The key's bucket in that plan, or the method's where the plan limits the method, has a token. Otherwise: [Throttled].
//  3. The key's quota in that plan is not used up. Otherwise: [QuotaExceeded].
//
// AWS documents that a plan's limits come before a stage's
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html), so [Stage.Take] is
// asked after Admit. It does not document whether throttle or quota is first, nor whether a refused request counts.
// Chosen here: the throttle is first, and only admitted requests count against the quota.
//
// AWS calls its limits targets that may be overrun. Here they are exact: that is what a test wants.
//
// The package is not a way to know who calls: a key is a name to count by, not a proof.
package usage
