//go:build !linux

package server

import "testing"

// BenchmarkLive is left out here: its client and its figures of processes are Linux's.
func BenchmarkLive(b *testing.B) { b.Skip("the live measurements need Linux") }
