namespace Freshet.AspNetCore;

/// <summary>Settings of the stream that browsers follow. Given to <c>MapFreshetStream(options => ...)</c>.</summary>
public sealed class FreshetStreamOptions
{
    /// <summary>How often a subscriber is told where the log stands, though nothing concerns it. Default: 15 seconds. At least 1 second, at most 5 minutes.</summary>
    /// <remarks>Keeps proxies from closing the connection, lets a client notice a dead one, and moves its resume point on.</remarks>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that one connection lasts. Default: 5 minutes, shortened at random by up to a tenth. At least 10 seconds.</summary>
    /// <remarks>
    /// The client comes back at once, from where it was, and passes authentication again. So this is how long somebody who was signed
    /// out, or lost a claim, may still hear: who may hear of what is decided when a connection begins. A ticket or token that expires
    /// earlier ends it earlier.
    /// </remarks>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Asked at each heartbeat whether the person behind a connection is still signed in; false ends it. Default: null, which asks nobody.</summary>
    public Func<Microsoft.AspNetCore.Http.HttpContext, CancellationToken, ValueTask<bool>>? IsStillSignedIn { get; set; }

    /// <summary>Most frames that wait for one subscriber. Default: 256. At least 1. One more, and it is told to reset and its connection ends.</summary>
    public int MaxWaiting { get; set; } = 256;

    /// <summary>How long one write to a subscriber may take before its connection is cut. Default: 30 seconds. At least 1 second. Looked at with each heartbeat.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most records that are read again for a subscriber that resumes; one that missed more is told to reset. Default: 10,000. At least 0.</summary>
    public int MaxReplay { get; set; } = 10_000;

    /// <summary>Most connections of one signed-in person on this node. Default: 32. At least 1. More are answered with 429.</summary>
    public int MaxPerPrincipal { get; set; } = 32;

    /// <summary>Most connections from one address on this node, signed in or not. Default: 1,000: an office behind one address. At least 1. More are answered with 429.</summary>
    public int MaxPerAddress { get; set; } = 1_000;

    /// <summary>Most connections on this node. Default: 20,000. At least 1. More are answered with 503.</summary>
    public int MaxSubscribers { get; set; } = 20_000;

    /// <summary>Whether everybody who may open the stream is told, as hashes, which paths <c>RevalidatePath</c> invalidated. Default: false, so nobody is.</summary>
    /// <remarks>A path belongs to no kind of tag, so no audience can be declared for it. Its hash is keyed and says nothing to who has never read the page; that some page was invalidated, it says.</remarks>
    public bool TellsPaths { get; set; }

    /// <summary>Whether frames also name the tags that the subscriber may hear of, the call and the trigger. Default: false. For samples and development: names leave the server.</summary>
    public bool TellsNames { get; set; }

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">One or more are out of range; the message names them all.</exception>
    internal void Check()
    {
        var faults = new List<string>();
        void Require(bool isGood, string what)
        {
            if (!isGood) faults.Add($"{nameof(FreshetStreamOptions)}.{what}");
        }
        Require(Heartbeat >= TimeSpan.FromSeconds(1) && Heartbeat <= TimeSpan.FromMinutes(5), $"{nameof(Heartbeat)} is {Heartbeat}; use 1 second to 5 minutes.");
        Require(MaxDuration >= TimeSpan.FromSeconds(10), $"{nameof(MaxDuration)} is {MaxDuration}; use at least 10 seconds.");
        Require(WriteTimeout >= TimeSpan.FromSeconds(1), $"{nameof(WriteTimeout)} is {WriteTimeout}; use at least 1 second.");
        Require(MaxReplay >= 0, $"{nameof(MaxReplay)} is {MaxReplay}; use at least 0.");
        foreach (var (name, value) in (ReadOnlySpan<(string, int)>)[(nameof(MaxWaiting), MaxWaiting), (nameof(MaxPerPrincipal), MaxPerPrincipal), (nameof(MaxPerAddress), MaxPerAddress), (nameof(MaxSubscribers), MaxSubscribers)])
            Require(value >= 1, $"{name} is {value}; use at least 1.");
        if (faults.Count > 0) throw new Microsoft.Extensions.Options.OptionsValidationException(nameof(FreshetStreamOptions), typeof(FreshetStreamOptions), faults);
    }
}
