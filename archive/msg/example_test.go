package msg_test

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/okapi-mail/okapi/archive/msg"
	"github.com/okapi-mail/okapi/mapi"
	"github.com/okapi-mail/okapi/props"
)

// A message is written as a file that Outlook opens, and read again.
func Example() {
	m := &mapi.Message{}
	props.PidTagMessageClass.Set(m, "IPM.Note")
	props.PidTagSubject.Set(m, "The okapi is well")
	to := &mapi.Recipient{}
	props.PidTagRecipientType.Set(to, mapi.RecipientTo)
	props.PidTagDisplayName.Set(to, "Ada")
	picture := &mapi.Attachment{}
	props.PidTagAttachMethod.Set(picture, mapi.AttachByValue)
	props.PidTagAttachLongFilename.Set(picture, "okapi.png")
	props.PidTagAttachDataBinary.Set(picture, []byte("\x89PNG…"))
	m.Recipients = append(m.Recipients, to)
	m.Attachments = append(m.Attachments, picture)

	var file bytes.Buffer
	if err := msg.Encode(&file, m, nil); err != nil {
		fmt.Println(err)
		return
	}
	read, err := msg.Decode(bytes.NewReader(file.Bytes()), int64(file.Len()), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Len(), "bytes")
	_ = props.Dump(os.Stdout, read, nil)
	// Output:
	// 4608 bytes
	// PidTagMessageClass: "IPM.Note"
	// PidTagSubject: "The okapi is well"
	// recipient 1
	//   PidTagDisplayName: "Ada"
	//   PidTagRecipientType: To
	// attachment 1
	//   PidTagAttachDataBinary: 89504e47e280a6
	//   PidTagAttachLongFilename: "okapi.png"
	//   PidTagAttachMethod: ByValue
}

// Large attachments stay in the file until somebody reads them.
func ExampleDecode() {
	m := &mapi.Message{Attachments: []*mapi.Attachment{{}}}
	props.PidTagAttachDataBinary.Set(m.Attachments[0], bytes.Repeat([]byte("okapi "), 100_000))
	var b bytes.Buffer
	_ = msg.Encode(&b, m, nil)

	file := bytes.NewReader(b.Bytes()) // or an *os.File, open as long as the message is used
	read, err := msg.Decode(file, file.Size(), &msg.DecodeOptions{
		Report: func(i msg.Issue) { fmt.Println(i) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, size, err := mapi.OpenValue(read.Attachments[0], props.PidTagAttachDataBinary.Prop())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	end := make([]byte, 6)
	_, err = r.(io.ReaderAt).ReadAt(end, size-6)
	fmt.Printf("%d bytes that end with %q, %v\n", size, end, err)
	// Output: 600000 bytes that end with "okapi ", <nil>
}
