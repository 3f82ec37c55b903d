package content

// Sizes at which the way of storing changes.
const (
	ChunkSize = chunkSize
	MaxSmall  = maxSmall
	StageSize = stageSize
)
