module github.com/okapi-mail/okapi/examples

go 1.26.0

require (
	github.com/okapi-mail/okapi v0.0.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/text v0.43.0
)

replace github.com/okapi-mail/okapi => ../
