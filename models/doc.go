// Package models holds the nouns of Colloquy as plain structs with the small
// methods that belong to them. It knows no database, no page and no rule; it
// imports nothing of ours, so that every layer can speak the same words.
//
// Times are UTC, truncated to microseconds, which both databases keep exactly.
package models
