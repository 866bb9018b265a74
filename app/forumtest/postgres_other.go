//go:build !linux

package forumtest

// startPostgres starts no cluster here: its safeguards (death with the test
// process, another user for root) are Linux's. TEST_DATABASE_URL takes its place.
func startPostgres() (string, error) {
	return "", absentError("a throwaway cluster needs Linux; set TEST_DATABASE_URL to a server on which databases may be created")
}
