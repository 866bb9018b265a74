package handlers

import (
	"encoding/xml"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// urlSet and sitemapIndex are the two documents of sitemaps.org.
type urlSet struct {
	XMLName xml.Name `xml:"urlset"`
	Space   string   `xml:"xmlns,attr"`
	URLs    []mapped `xml:"url"`
}

type sitemapIndex struct {
	XMLName xml.Name `xml:"sitemapindex"`
	Space   string   `xml:"xmlns,attr"`
	Maps    []mapped `xml:"sitemap"`
}

type mapped struct {
	Address string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

// sitemapShow lists public themes and threads; when they do not fit into one file, it
// lists the files.
func (s *Site) sitemapShow(c *fiber.Ctx) error {
	files, err := s.Forum.SitemapFiles(c.UserContext())
	if err != nil {
		return err
	}
	standing, err := s.standingPages(c)
	if err != nil {
		return err
	}
	if files <= 1 {
		threads, err := s.sitemapThreads(c, 1)
		if err != nil {
			return err
		}
		if len(threads)+len(standing) <= 50_000 {
			return sendXML(c, urlSet{Space: sitemapSpace, URLs: append(standing, threads...)})
		}
	}
	index := sitemapIndex{Space: sitemapSpace, Maps: []mapped{{Address: s.BaseURL + "/sitemap-0.xml"}}}
	for file := 1; file <= files; file++ {
		index.Maps = append(index.Maps, mapped{Address: s.BaseURL + "/sitemap-" + strconv.Itoa(file) + ".xml"})
	}
	return sendXML(c, index)
}

// sitemapFile is one file of a sitemap that does not fit into one: 0 holds the themes
// and standing pages, the others threads.
func (s *Site) sitemapFile(c *fiber.Ctx) error {
	file, err := strconv.Atoi(c.Params("file"))
	if err != nil || file < 0 || file > 100_000 {
		return models.ErrNotFound
	}
	if file == 0 {
		standing, err := s.standingPages(c)
		if err != nil {
			return err
		}
		return sendXML(c, urlSet{Space: sitemapSpace, URLs: standing})
	}
	threads, err := s.sitemapThreads(c, file)
	if err != nil {
		return err
	}
	if len(threads) == 0 {
		return models.ErrNotFound
	}
	return sendXML(c, urlSet{Space: sitemapSpace, URLs: threads})
}

func (s *Site) standingPages(c *fiber.Ctx) ([]mapped, error) {
	themes, err := s.Forum.Themes(c.UserContext(), models.Viewer{Now: s.Now()})
	if err != nil {
		return nil, err
	}
	list := []mapped{{Address: s.BaseURL + "/"}, {Address: s.BaseURL + "/themes"}, {Address: s.BaseURL + "/about"}}
	for _, theme := range themes {
		entry := mapped{Address: s.BaseURL + "/themes/" + url.PathEscape(theme.Slug)}
		if theme.LatestAt != nil {
			entry.Changed = theme.LatestAt.UTC().Format(time.RFC3339)
		}
		list = append(list, entry)
	}
	return list, nil
}

func (s *Site) sitemapThreads(c *fiber.Ctx, file int) ([]mapped, error) {
	rows, err := s.Forum.SitemapThreads(c.UserContext(), file)
	list := make([]mapped, 0, len(rows))
	for _, row := range rows {
		path := views.ThreadPath(&models.Thread{ID: row.ID, Slug: row.Slug}, 1)
		list = append(list, mapped{Address: s.BaseURL + escaped(path), Changed: row.ChangedAt.UTC().Format(time.RFC3339)})
	}
	return list, err
}

func sendXML(c *fiber.Ctx, document any) error {
	body, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/xml; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "public, max-age=600")
	return c.Send(append([]byte(xml.Header), body...))
}
