package handlers_test

import (
	"testing"

	"colloquy/app/forumtest/served"
)

// TestBrowserLive looks at live pages in a browser: what they do with everything that can happen to a line and to a
// thread. Most of it is waiting, so all stand side by side in one browser, the longest first.
func TestBrowserLive(t *testing.T) {
	t.Parallel()
	chrome := served.NewChrome(t)
	for _, exercise := range []struct {
		name string
		run  func(t *testing.T, chrome *served.Chrome)
	}{
		{"after long cuts", liveAfterLongCuts},
		{"random histories", liveRandomHistories},
		{"after a thousand changes", liveAfterAThousandChanges},
		{"list of a theme", liveListOfATheme},
		{"list after a cut", liveListAfterACut},
		{"list forgets what moves away", liveListForgetsWhatMovesAway},
		{"speaks seldom", liveSpeaksSeldom},
		{"rests out of sight", liveRestsOutOfSight},
		{"without websockets", liveWithoutWebsockets},
		{"voices of other pages", liveVoicesOfOtherPages},
		{"ends", liveEnds},
		{"restored responses", liveRestoredResponses},
		{"after sleep", liveAfterSleep},
		{"pages come and grow", livePagesComeAndGrow},
		{"stays in place", liveStaysInPlace},
		{"keeps focus and selection", liveKeepsFocusAndSelection},
		{"addresses go with the title", liveAddressesGoWithTheTitle},
		{"out of the browser's memory", liveOutOfTheBrowsersMemory},
	} {
		t.Run(exercise.name, func(t *testing.T) {
			t.Parallel()
			exercise.run(t, chrome)
		})
	}
}
