module github.com/okapi-mail/okapi

go 1.26
