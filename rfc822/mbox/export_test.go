package mbox

import "os"

// OnSync calls f before w flushes a file or directory, and fails with its error.
func (w *MaildirWriter) OnSync(f func(name string) error) {
	w.sync = func(file *os.File) error {
		if err := f(file.Name()); err != nil {
			return err
		}
		return file.Sync()
	}
}

// Names of folders and directories.
var (
	FolderDir  = folderDir
	FolderName = folderName
)
