namespace Freshet.Benchmarks;

/// <summary>Sees to it that code which fills caches is compiled for good before it is measured.</summary>
/// <remarks>A benchmark's own five warm-up rounds do not bring it there: the runtime compiles in the background, again and again, what it has counted and profiled before.</remarks>
internal sealed class ColdWarmth
{
    /// <summary>How many rounds of 20,000 loads it takes.</summary>
    public const int Rounds = 40;

    private bool _isReached;

    /// <summary>Fills empty caches, in turn; once, whoever asks.</summary>
    public void Reach(params Func<ColdLoads, Task>[] fills)
    {
        if (_isReached) return;
        _isReached = true;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var fill in fills)
            {
                using var cold = new ColdLoads();
                fill(cold).GetAwaiter().GetResult();
            }
        }
    }
}
