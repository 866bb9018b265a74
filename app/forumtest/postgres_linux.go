package forumtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

const (
	// clusterFolder holds all throwaway clusters of one user.
	clusterFolder = "colloquy-postgres-"
	// ownerFile is locked by the process a cluster belongs to, for as long as
	// that process lives: a cluster whose file can be locked has no owner.
	ownerFile = "owner"
	// readyLine is what the server writes to its log when it takes connections.
	readyLine = "database system is ready to accept connections"
)

// postgresSettings give up every safety a throwaway cluster does not need.
// Autovacuum would sit in a template and make its copies wait.
var postgresSettings = []string{
	"listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
	"wal_level=minimal", "max_wal_senders=0", "max_connections=200", "shared_buffers=64MB",
	"autovacuum=off", "jit=off", "log_min_messages=log", "lc_messages=C",
}

// undertaker waits until its input ends, which it does however the test process
// goes away, gives the server a moment to follow, and removes the cluster. $1 is
// its directory, $2 the server's pid.
const undertaker = `cat >/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$2" 2>/dev/null || break; sleep 0.2; done
rm -rf "$1"`

// startPostgres starts a cluster that lives as long as this process and returns
// the address of its maintenance database. It takes about a second. An
// absentError says that PostgreSQL is not installed.
func startPostgres() (string, error) {
	programs, err := findPostgres()
	if err != nil {
		return "", err
	}
	account, err := postgresAccount()
	if err != nil {
		return "", err
	}
	directory, err := newClusterDirectory(account)
	if err != nil {
		return "", err
	}
	data := filepath.Join(directory, "data")
	initdb := exec.Command(filepath.Join(programs, "initdb"), "--pgdata="+data, "--username=postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	initdb.Dir = directory
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	if output, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, output)
	}

	arguments := []string{"-D", data, "-k", directory}
	for _, setting := range postgresSettings {
		arguments = append(arguments, "-c", setting)
	}
	server := exec.Command(filepath.Join(programs, "postgres"), arguments...)
	server.Dir = directory
	// SIGQUIT is PostgreSQL's immediate shutdown.
	server.SysProcAttr = &syscall.SysProcAttr{Credential: account, Pdeathsig: syscall.SIGQUIT}
	if err := startAndBury(server, directory); err != nil {
		return "", err
	}
	address := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {directory}}.Encode(),
	}
	return address.String(), nil
}

// findPostgres returns the directory of the installed binaries: where PATH finds
// them, else the newest of Debian's.
func findPostgres() (string, error) {
	candidates := []string{}
	if path, err := exec.LookPath("initdb"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			candidates = append(candidates, filepath.Dir(target))
		}
	}
	newest, debian := 0, ""
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well-formed, the only error there is
	for _, bin := range installed {
		if version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && version > newest {
			newest, debian = version, bin
		}
	}
	for _, bin := range append(candidates, debian) {
		if bin == "" {
			continue
		}
		_, noInit := exec.LookPath(filepath.Join(bin, "initdb"))
		_, noServer := exec.LookPath(filepath.Join(bin, "postgres"))
		if noInit == nil && noServer == nil {
			return bin, nil
		}
	}
	return "", absentError("no initdb and postgres in PATH or /usr/lib/postgresql (install Debian's postgresql, or set TEST_DATABASE_URL)")
}

// postgresAccount returns whom the server runs as: this user (nil), or, because
// PostgreSQL refuses to run as root, postgres or nobody.
func postgresAccount() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, fmt.Errorf("read the user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, absentError("PostgreSQL does not run as root and there is no user postgres or nobody")
}

// newClusterDirectory makes the directory of this process's cluster, in memory
// where the machine allows it, and removes those of processes that are gone.
// The lock on the folder keeps a new directory from being taken for a dead one
// before its owner file is locked.
func newClusterDirectory(account *syscall.Credential) (string, error) {
	folder := filepath.Join(memoryDirectory(), clusterFolder+strconv.Itoa(os.Geteuid()))
	if err := os.Mkdir(folder, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the folder of test clusters: %w", err)
	}
	// Whatever the umask: the server's user must be able to pass.
	if err := os.Chmod(folder, 0o711); err != nil {
		return "", fmt.Errorf("open the folder of test clusters: %w", err)
	}
	gate, err := lockedFile(filepath.Join(folder, "lock"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer gate.Close()
	sweepClusters(folder)

	directory, err := os.MkdirTemp(folder, "c")
	if err != nil {
		return "", fmt.Errorf("make the directory of a test cluster: %w", err)
	}
	owner, err := lockedFile(filepath.Join(directory, ownerFile), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	held = append(held, owner)
	if account != nil {
		if err := os.Chown(directory, int(account.Uid), int(account.Gid)); err != nil {
			return "", fmt.Errorf("hand the test cluster to its user: %w", err)
		}
	}
	return directory, nil
}

// held keeps what must stay open until the process ends from being collected:
// the owner file with its lock, the undertaker's input.
var held []io.Closer

// sweepClusters removes the clusters without an owner. What cannot be removed
// stays for the next run.
func sweepClusters(folder string) {
	files, _ := filepath.Glob(filepath.Join(folder, "c*", ownerFile)) // the pattern is well-formed
	for _, file := range files {
		owner, err := lockedFile(file, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue
		}
		_ = os.RemoveAll(filepath.Dir(file))
		_ = owner.Close()
	}
}

// lockedFile opens a file and locks it until it is closed or the process ends;
// children do not inherit it.
func lockedFile(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of test clusters: %w", err)
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return file, nil
}

// memoryDirectory returns a directory in memory where there is one.
func memoryDirectory() string {
	const shared = "/dev/shm"
	if info, err := os.Stat(shared); err == nil && info.Mode().Perm()&0o002 != 0 {
		return shared
	}
	return os.TempDir()
}

// startAndBury starts the server, returns when it takes connections, and sees to
// it that server and directory go when this process goes.
func startAndBury(server *exec.Cmd, directory string) error {
	logged, err := server.StderrPipe()
	if err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	ready := make(chan error, 1)
	go func() {
		// Linux sends Pdeathsig when the thread that started the child ends: this one never does.
		runtime.LockOSThread()
		if err := server.Start(); err != nil {
			ready <- fmt.Errorf("start postgres: %w", err)
			return
		}
		if err := bury(server.Process.Pid, directory); err != nil {
			ready <- err
			return
		}
		log, ok := readUntil(logged, readyLine)
		if ok {
			ready <- nil
			_, _ = io.Copy(io.Discard, logged)
		}
		if err := server.Wait(); !ok {
			ready <- fmt.Errorf("postgres ended at its start: %w: %s", errors.Join(err, errServerGone), log)
		}
	}()
	return <-ready
}

var errServerGone = errors.New("it never took connections")

// readUntil reads lines up to one with the mark and says whether it came; the
// text before it explains why not.
func readUntil(input io.Reader, mark string) (text string, found bool) {
	var before strings.Builder
	lines := bufio.NewScanner(input)
	for lines.Scan() {
		if strings.Contains(lines.Text(), mark) {
			return "", true
		}
		before.WriteString(lines.Text() + "\n")
	}
	return before.String(), false
}

// bury starts the undertaker in a process group of its own, out of reach of an
// interrupt from the terminal. Its input stays open until this process ends.
func bury(pid int, directory string) error {
	worker := exec.Command("/bin/sh", "-c", undertaker, "undertaker", directory, strconv.Itoa(pid))
	worker.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, err := worker.StdinPipe()
	if err != nil {
		return fmt.Errorf("start the undertaker of the test cluster: %w", err)
	}
	if err := worker.Start(); err != nil {
		return fmt.Errorf("start the undertaker of the test cluster: %w", err)
	}
	held = append(held, input)
	return nil
}
