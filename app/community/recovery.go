package community

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"colloquy/models"
	"colloquy/models/store"
)

const (
	recoveryCodes = 10
	// recoveryLetters are what recovery codes are made of: nothing that is taken for
	// something else when it is read from paper. Ten of them are fifty bits.
	recoveryLetters = "abcdefghjkmnpqrstuvwxyz23456789"
	recoveryLength  = 10
)

// newRecoveryCodes makes codes to show once, and what is kept of them.
func (c *Community) newRecoveryCodes(ctx context.Context, memberID int64) ([]string, []models.RecoveryCode, error) {
	codes := make([]string, 0, recoveryCodes)
	rows := make([]models.RecoveryCode, 0, recoveryCodes)
	for range recoveryCodes {
		code := newRecoveryCode()
		mac, err := c.recoveryMac(ctx, memberID, code)
		if err != nil {
			return nil, nil, err
		}
		codes = append(codes, code[:recoveryLength/2]+"-"+code[recoveryLength/2:])
		rows = append(rows, models.RecoveryCode{MemberID: memberID, Mac: mac})
	}
	return codes, rows, nil
}

func newRecoveryCode() string {
	var code strings.Builder
	for range recoveryLength {
		at, err := rand.Int(rand.Reader, big.NewInt(int64(len(recoveryLetters))))
		if err != nil {
			panic(err) // documented to never fail with this reader
		}
		code.WriteByte(recoveryLetters[at.Int64()])
	}
	return code.String()
}

// recoveryMac is what is kept of a recovery code.
func (c *Community) recoveryMac(ctx context.Context, memberID int64, code string) ([]byte, error) {
	return c.seal(ctx, "recovery", strconv.FormatInt(memberID, 10), code)
}

// RenewRecoveryCodes makes new recovery codes for the viewer, who has an authenticator,
// and returns them; the old ones no longer work. store.ErrNotFound for who has none.
func (c *Community) RenewRecoveryCodes(ctx context.Context, viewer models.Viewer, from Arrival) ([]string, error) {
	codes, rows, err := c.newRecoveryCodes(ctx, viewer.Member.ID)
	if err != nil {
		return nil, err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Authenticator(viewer.Member.ID); err != nil {
			return err
		}
		return tx.ReplaceRecoveryCodes(viewer.Member.ID, rows)
	})
	if err != nil {
		return nil, fmt.Errorf("renew recovery codes: %w", err)
	}
	c.notice(ctx, LetterRecovery, viewer.Member, from, false)
	return codes, nil
}
