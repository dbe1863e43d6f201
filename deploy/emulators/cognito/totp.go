package cognito

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// totpStep is how long a software token shows a code (RFC 6238, section 4.1).
const totpStep = 30 * time.Second

var totpEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

func validTOTPSecret(secret string) bool {
	key, err := totpEncoding.DecodeString(secret)
	return err == nil && len(key) > 0
}

// matchTOTP finds the time step whose code this is: the present one, or the one before or after it.
func matchTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	key, err := totpEncoding.DecodeString(secret)
	if err != nil || len(key) == 0 {
		return 0, false
	}
	present := now.Unix() / int64(totpStep.Seconds())
	for _, candidate := range []int64{present - 1, present, present + 1} {
		if sameSecret(code, totp(key, candidate)) {
			step, ok = candidate, true
		}
	}
	return step, ok
}

// totp is the code of six digits of a time step (RFC 4226, section 5.3, and RFC 6238).
func totp(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}
