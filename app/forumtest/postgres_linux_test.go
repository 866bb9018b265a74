package forumtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ownCluster asks a copy of this program to play the test process that is killed.
const ownCluster = "COLLOQUY_TEST_OWN_CLUSTER"

// TestHoldsAClusterUntilKilled is that copy's part; it does nothing by itself.
func TestHoldsAClusterUntilKilled(*testing.T) {
	if os.Getenv(ownCluster) == "" {
		return
	}
	address, err := startPostgres()
	if err != nil {
		address = err.Error()
	}
	_, _ = os.Stdout.WriteString(address + "\n")
	select {}
}

func TestClusterDiesWithItsProcess(t *testing.T) {
	if _, err := findPostgres(); err != nil {
		LeftOut(t, "PostgreSQL", err)
	}
	owner := exec.Command(os.Args[0], "-test.run=^TestHoldsAClusterUntilKilled$")
	owner.Env = append(os.Environ(), ownCluster+"=1")
	output, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 4096)
	n, err := output.Read(line)
	if err != nil {
		t.Fatalf("read the address: %v", err)
	}
	_, escaped, ok := strings.Cut(strings.TrimSpace(string(line[:n])), "?host=")
	if !ok {
		t.Fatalf("the process answered %q", line[:n])
	}
	directory := strings.ReplaceAll(escaped, "%2F", "/")
	if _, err := os.Stat(filepath.Join(directory, ".s.PGSQL.5432")); err != nil {
		t.Fatalf("no server: %v", err)
	}

	if err := owner.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait() // killed, as meant
	gone, deadline := time.NewTicker(20*time.Millisecond), time.After(20*time.Second)
	defer gone.Stop()
	for {
		select {
		case <-gone.C:
			if _, err := os.Stat(directory); os.IsNotExist(err) {
				return
			}
		case <-deadline:
			t.Fatalf("%s outlives its process", directory)
		}
	}
}

func TestSweepRemovesOnlyWhatHasNoOwner(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"c1dead", "c2alive"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "c1dead", ownerFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	owner, err := lockedFile(filepath.Join(folder, "c2alive", ownerFile), syscall.LOCK_EX)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()

	sweepClusters(folder)

	if _, err := os.Stat(filepath.Join(folder, "c1dead")); !os.IsNotExist(err) {
		t.Errorf("the dead cluster is still there (%v)", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "c2alive")); err != nil {
		t.Errorf("the living cluster is gone: %v", err)
	}
}
