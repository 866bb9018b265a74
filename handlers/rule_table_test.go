package handlers_test

import (
	"net/http"
	"net/url"

	"colloquy/app/access"
)

// about says what an address leads to.
type about string

const (
	site    about = "site"    // the same for everybody who may have it
	theme   about = "theme"   // a theme
	thread  about = "thread"  // a thread
	text    about = "text"    // a response
	member  about = "member"  // somebody else's membership
	account about = "account" // the viewer's own account: members only
	alone   about = "alone"   // its own tests say who may have it, and why it stands apart
)

// rule says who may have an address: whoever may do the act to the thing it leads to.
type rule struct {
	about about
	act   access.Act
	// form is what a POST carries besides the token, body what the API is sent.
	form url.Values
	body string
	// query goes behind the address.
	query string
	// loose tells that whoever may have the address is answered in its own way, with what is
	// wrong in an empty form or with what is not there; refusals are exact all the same.
	loose bool
	// why tells for what stands alone where it is tested.
	why string
}

// rules are all addresses of the site. One that is missing here fails
// TestEveryAddressHasItsRule: whoever adds an address says who may have it.
var rules = map[string]rule{
	"GET /":                  {about: site},
	"GET /about":             {about: site},
	"GET /favicon.ico":       {about: site},
	"GET /healthz":           {about: site},
	"GET /house-rules":       {about: site},
	"GET /learning-agenda":   {about: site},
	"GET /privacy":           {about: site},
	"GET /robots.txt":        {about: site},
	"GET /search":            {about: site},
	"GET /sign-in":           {about: site},
	"GET /sign-out":          {about: site},
	"GET /sitemap.xml":       {about: site},
	"GET /themes":            {about: site},
	"GET /workshops/:slug":   {about: alone, why: "workshops are for everybody"},
	"GET /live":              {about: alone, why: "who may watch what: live_test.go, narrowing_test.go"},
	"GET /sitemap-:file.xml": {about: alone, why: "sitemap_show_test.go"},
	"GET /static/*":          {about: alone, why: "files of the program"},
	"POST /look":             {about: site, form: form("appearance", "dark")},
	"POST /sign-in":          {about: alone, why: "signing in is for those who are nobody yet"},
	"GET /sign-in/:token":    {about: alone, why: "whoever holds the token"},
	"POST /sign-in/:token":   {about: alone, why: "whoever holds the token"},
	"POST /sign-out":         {about: alone, why: "ends the session that asks"},

	"GET /themes/:slug":                          {about: theme, act: access.Read},
	"GET /threads/:id":                           {about: thread, act: access.Read},
	"GET /threads/:id/:slug":                     {about: thread, act: access.Read},
	"GET /threads/:id/:slug/:number":             {about: text, act: access.Read},
	"GET /live/changes":                          {about: alone, why: "TestPollingFollowsTheRule"},
	"GET /threads/:id/edit":                      {about: thread, act: access.EditThread},
	"POST /threads/:id/edit":                     {about: thread, act: access.EditThread, form: form("title", "Another title", "kind", "insight")},
	"GET /threads/new":                           {about: site, act: access.StartThread},
	"POST /threads":                              {about: theme, act: access.StartThread, form: form("title", "A new one", "kind", "question", "level", "in practice", "body", "Words.")},
	"POST /threads/:id/responses":                {about: thread, act: access.Respond, form: form("body", "Words.")},
	"GET /threads/:id/responses/:number/edit":    {about: text, act: access.EditText},
	"POST /threads/:id/responses/:number/edit":   {about: text, act: access.EditText, form: form("body", "Other words.")},
	"GET /threads/:id/responses/:number/delete":  {about: text, act: access.RemoveText},
	"POST /threads/:id/responses/:number/delete": {about: text, act: access.RemoveText},

	"GET /api/v1/openapi.json":                     {about: site},
	"GET /api/v1/me":                               {about: account},
	"GET /api/v1/search":                           {about: site, query: "?q=words"},
	"GET /api/v1/themes":                           {about: site},
	"GET /api/v1/themes/:slug":                     {about: theme, act: access.Read},
	"GET /api/v1/themes/:slug/threads":             {about: theme, act: access.Read},
	"GET /api/v1/threads/:id":                      {about: thread, act: access.Read},
	"GET /api/v1/threads/:id/changes":              {about: thread, act: access.Read, query: "?since=0"},
	"GET /api/v1/threads/:id/responses":            {about: thread, act: access.Read},
	"POST /api/v1/threads":                         {about: theme, act: access.StartThread, body: `{"theme":"SLUG","title":"T","kind":"question","level":"in practice","body":"Words."}`},
	"PATCH /api/v1/threads/:id":                    {about: thread, act: access.EditThread, body: `{"title":"Another title"}`},
	"POST /api/v1/threads/:id/responses":           {about: thread, act: access.Respond, body: `{"body":"Words."}`},
	"PATCH /api/v1/threads/:id/responses/:number":  {about: text, act: access.EditText, body: `{"body":"Other words."}`},
	"DELETE /api/v1/threads/:id/responses/:number": {about: text, act: access.RemoveText},

	"GET /invitations":             {about: site, act: access.Invite},
	"POST /invitations":            {about: site, act: access.Invite, form: form("role", "member")},
	"GET /invitations/:token":      {about: alone, why: "whoever holds the token"},
	"POST /invitations/:token":     {about: alone, why: "whoever holds the token"},
	"POST /invitations/:id/delete": {about: alone, why: "TestInvitationsAreForModerators"},

	"GET /members/:handle":                    {about: alone, why: "a byline is as public as the text it stands on"},
	"GET /members/:handle/edit":               {about: member, act: access.ChangeMember},
	"POST /members/:handle/edit":              {about: member, act: access.ChangeMember, form: form("role", "member")},
	"POST /members/:handle/suspension":        {about: member, act: access.ChangeMember, form: form("until", "2030-01-01")},
	"POST /members/:handle/suspension/delete": {about: member, act: access.ChangeMember},

	"GET /api/v1/threads/:id/mentions": {about: thread, act: access.Directory, query: "?q=a"},

	"GET /members":                                          {about: site, act: access.Directory},
	"GET /groups/:id":                                       {about: alone, why: "groups are named to everybody, their members to members: group_show_test.go"},
	"GET /themes/:slug/access":                              {about: theme, act: access.Convene},
	"POST /themes/:slug/access":                             {about: theme, act: access.Convene, loose: true},
	"POST /themes/:slug/moderators":                         {about: theme, act: access.Convene, loose: true},
	"POST /themes/:slug/moderators/delete":                  {about: theme, act: access.Convene, loose: true},
	"GET /threads/:id/responses/:number/authorship":         {about: text, act: access.CutText},
	"GET /threads/:id/responses/:number/authorship/delete":  {about: text, act: access.CutText},
	"POST /threads/:id/responses/:number/authorship/delete": {about: text, act: access.CutText},

	"GET /community":                               {about: site, act: access.Convene},
	"GET /community/groups":                        {about: site, act: access.Convene},
	"GET /community/groups/new":                    {about: site, act: access.Convene},
	"GET /community/initiatives":                   {about: site, act: access.Convene},
	"GET /community/settings":                      {about: site, act: access.Convene},
	"GET /community/texts":                         {about: site, act: access.Convene},
	"GET /community/groups/:id/edit":               {about: site, act: access.Convene, loose: true},
	"GET /community/initiatives/:id/delete":        {about: site, act: access.Convene, loose: true},
	"GET /community/texts/:kind":                   {about: site, act: access.Convene, loose: true},
	"POST /community/groups":                       {about: site, act: access.Convene, loose: true},
	"POST /community/groups/:id/delete":            {about: site, act: access.Convene, loose: true},
	"POST /community/groups/:id/edit":              {about: site, act: access.Convene, loose: true},
	"POST /community/groups/:id/move":              {about: site, act: access.Convene, loose: true},
	"POST /community/groups/:id/retirement":        {about: site, act: access.Convene, loose: true},
	"POST /community/groups/:id/retirement/delete": {about: site, act: access.Convene, loose: true},
	"POST /community/initiatives":                  {about: site, act: access.Convene, loose: true},
	"POST /community/initiatives/:id":              {about: site, act: access.Convene, loose: true},
	"POST /community/initiatives/:id/delete":       {about: site, act: access.Convene, loose: true},
	"POST /community/settings":                     {about: site, act: access.Convene, loose: true},
	"POST /community/texts/:kind":                  {about: site, act: access.Convene, loose: true},
	"GET /house-rules/editions":                    {about: alone, why: "members and guests with an invitation read every edition: convening_test.go"},
	"GET /house-rules/editions/:version":           {about: alone, why: "the same"},

	"GET /invitations/bulk":                 {about: site, act: access.Invite},
	"POST /invitations/bulk":                {about: site, act: access.Invite, loose: true},
	"POST /invitations/:id/resend":          {about: site, act: access.Invite, loose: true},
	"GET /invitations/requests":             {about: site, act: access.Convene},
	"POST /invitations/requests/:id/accept": {about: site, act: access.Convene, loose: true},
	"POST /invitations/requests/:id/delete": {about: site, act: access.Convene, loose: true},
	"GET /join":                             {about: site},
	"POST /join":                            {about: alone, why: "whoever wishes to join: join_test.go"},
	"GET /join/:token":                      {about: alone, why: "whoever holds the token"},
	"POST /join/:token":                     {about: alone, why: "whoever holds the token"},
	"GET /left":                             {about: site},
	"GET /welcome":                          {about: account},

	"GET /agreement":                      {about: account, loose: true},
	"GET /settings/address":               {about: account, loose: true},
	"GET /settings/authenticator":         {about: account, loose: true},
	"GET /settings/authorship":            {about: account, loose: true},
	"GET /settings/export":                {about: account, loose: true},
	"GET /settings/leave":                 {about: account, loose: true},
	"GET /settings/passkeys":              {about: account, loose: true},
	"GET /settings/password":              {about: account, loose: true},
	"GET /settings/proof":                 {about: account, loose: true},
	"GET /settings/pseudonyms":            {about: account, loose: true},
	"GET /settings/security":              {about: account, loose: true},
	"GET /settings/authenticator/delete":  {about: account, loose: true},
	"GET /settings/password/delete":       {about: account, loose: true},
	"GET /settings/recovery-codes":        {about: account, loose: true},
	"GET /settings/passkeys/:id/delete":   {about: account, loose: true},
	"GET /settings/passkeys/:id/edit":     {about: account, loose: true},
	"GET /settings/services/:id/delete":   {about: account, loose: true},
	"GET /settings/services/:service":     {about: account, loose: true},
	"POST /agreement":                     {about: account, loose: true},
	"POST /settings/address":              {about: account, loose: true},
	"POST /settings/authenticator":        {about: account, loose: true},
	"POST /settings/authenticator/delete": {about: account, loose: true},
	"POST /settings/authorship":           {about: account, loose: true},
	"POST /settings/export":               {about: account, loose: true},
	"POST /settings/leave":                {about: account, loose: true},
	"POST /settings/passkeys":             {about: account, loose: true},
	"POST /settings/passkeys/:id/delete":  {about: account, loose: true},
	"POST /settings/passkeys/:id/edit":    {about: account, loose: true},
	"POST /settings/passkeys/options":     {about: account, loose: true},
	"POST /settings/password":             {about: account, loose: true},
	"POST /settings/password/delete":      {about: account, loose: true},
	"POST /settings/proof":                {about: account, loose: true},
	"POST /settings/recovery-codes":       {about: account, loose: true},
	"POST /settings/services/:id/delete":  {about: account, loose: true},
	"POST /settings/services/:service":    {about: account, loose: true},
	"POST /settings/sessions/:id/delete":  {about: account, loose: true},
	"POST /settings/sessions/delete":      {about: account},
	"GET /settings/address/:token":        {about: alone, why: "whoever holds the token"},
	"POST /settings/address/:token":       {about: alone, why: "whoever holds the token"},

	"GET /sign-in/code":                   {about: alone, why: "signing in is for those who are nobody yet"},
	"GET /sign-in/passkey":                {about: alone, why: "signing in is for those who are nobody yet"},
	"GET /sign-in/second-step":            {about: alone, why: "signing in is for those who are nobody yet"},
	"GET /sign-in/with/:service":          {about: alone, why: "signing in is for those who are nobody yet"},
	"GET /sign-in/with/:service/callback": {about: alone, why: "signing in is for those who are nobody yet"},
	"POST /sign-in/code":                  {about: alone, why: "signing in is for those who are nobody yet"},
	"POST /sign-in/passkey":               {about: alone, why: "signing in is for those who are nobody yet"},
	"POST /sign-in/passkey/options":       {about: alone, why: "signing in is for those who are nobody yet"},
	"POST /sign-in/second-step":           {about: alone, why: "signing in is for those who are nobody yet"},

	"GET /settings":  {about: account},
	"POST /settings": {about: account, loose: true},
}

// refusals are the statuses of refused acts. Visitors are led to the sign-in page by a
// GET; everything else says 401.
func refusals(reason access.Reason, method string, api bool) int {
	switch reason {
	case access.Hidden:
		return http.StatusNotFound
	case access.SignIn:
		if method == http.MethodGet && !api {
			return http.StatusSeeOther
		}
		return http.StatusUnauthorized
	case access.Removed:
		return http.StatusConflict
	}
	return http.StatusForbidden
}
