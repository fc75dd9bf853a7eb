namespace Freshet;

/// <summary>What is wrong with a cache target.</summary>
public enum CacheTargetFault
{
    /// <summary>The name is empty, too long, or has other characters than letters, digits, '-' and '.'.</summary>
    InvalidName,

    /// <summary>Two targets have the same name.</summary>
    DuplicateName,

    /// <summary>The factory returned null.</summary>
    Null,

    /// <summary>The cache that the target stands for is not registered.</summary>
    NoCache,

    /// <summary>The cache is Freshet's own, or built on it: it follows the log already.</summary>
    OwnCache,

    /// <summary>An option cannot be read or is out of range, or configuration names a target that does not exist.</summary>
    InvalidOptions,

    /// <summary>A link to a tag was asked for and <c>DriveMemoryCache()</c> was not called.</summary>
    NotDriven,
}

/// <summary>A cache target cannot be driven as it was added.</summary>
public sealed class CacheTargetException : FreshetException
{
    internal CacheTargetException(string target, CacheTargetFault fault, string message) : base(message)
    {
        Target = target;
        Fault = fault;
    }

    /// <inheritdoc/>
    public override string Code => "cache-target";

    /// <summary>The target's name.</summary>
    public string Target { get; }

    /// <summary>What is wrong.</summary>
    public CacheTargetFault Fault { get; }

    internal static CacheTargetException NoCache(string target, string cache, string wayOut) =>
        new(target, CacheTargetFault.NoCache, $"The target '{target}' found no {cache} to drive. {wayOut}");

    internal static CacheTargetException OwnCache(string target, string cache) => new(
        target, CacheTargetFault.OwnCache,
        $"The target '{target}' would drive {cache}, which is Freshet's own or built on it: it follows the log already, and driving it would go round in a circle. Remove the target, or drive another cache with Drive(name, services => ...). A target that only wants to ask Freshet something takes IServiceProvider and resolves IFreshet at its first call.");
}
