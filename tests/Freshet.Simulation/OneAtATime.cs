// Each test here runs seeds on as many threads as there are processors, and within a run threads hand the turn to each other. With more
// threads than processors every such turn waits for a slice of time, and seconds become minutes.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
