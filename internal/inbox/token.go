package inbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
)

// signer makes and checks bearer tokens. A token names the attempt it speaks
// for and proves it: "7.1.MAC", where MAC is HMAC-SHA256 (RFC 2104) of the
// attempt and the study under the driver's secret. A trial can so speak for
// itself alone, and the server keeps no list.
type signer struct {
	secret []byte
	study  string
}

func (s signer) token(trial, attempt int) string {
	who := strconv.Itoa(trial) + "." + strconv.Itoa(attempt)
	return who + "." + base64.RawURLEncoding.EncodeToString(s.mac(who))
}

// verify returns the attempt that a token speaks for.
func (s signer) verify(token string) (trial, attempt int, ok bool) {
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 {
		return 0, 0, false
	}
	who := token[:cut]
	mac, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	if err != nil || !hmac.Equal(mac, s.mac(who)) { // compares in constant time
		return 0, 0, false
	}
	first, second, _ := strings.Cut(who, ".")
	trial, errTrial := strconv.Atoi(first)
	attempt, errAttempt := strconv.Atoi(second)
	return trial, attempt, errTrial == nil && errAttempt == nil
}

func (s signer) mac(who string) []byte {
	h := hmac.New(sha256.New, s.secret)
	h.Write([]byte(who))
	h.Write([]byte{0}) // digits and dots end here, whatever the study is called
	h.Write([]byte(s.study))
	return h.Sum(nil)
}
