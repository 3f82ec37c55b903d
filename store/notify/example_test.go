package notify_test

import (
	"context"
	"fmt"

	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/store/notify"
)

func Example() {
	var hub notify.Hub
	readState := func() (mapi.ChangeNumber, error) { return 41, nil }
	sub, err := hub.Subscribe(1, readState, notify.Filter{Types: mapi.EventNewMail}, 0)
	if err != nil {
		panic(err)
	}

	// Two writers, the later of which was faster.
	hub.Publish(1, 43, 43, []mapi.Event{{Type: mapi.EventNewMail, Change: 43, Message: 9, Class: "IPM.Note"}})
	hub.Publish(1, 42, 42, []mapi.Event{{Type: mapi.EventNewMail, Change: 42, Message: 8, Class: "IPM.Schedule.Meeting.Request"}})

	for event, err := range sub.Events(context.Background()) {
		if err != nil {
			panic(err)
		}
		fmt.Println(event.Message, event.Class)
		if event.Change == 43 {
			sub.Close()
		}
	}
	// Output:
	// m000000000008 IPM.Schedule.Meeting.Request
	// m000000000009 IPM.Note
}
