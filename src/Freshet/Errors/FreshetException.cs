namespace Freshet;

/// <summary>The one family of errors Freshet throws. Each carries its data as properties and ends its message with the way out.</summary>
public abstract class FreshetException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, then what to do about it. Never a payload: keys and values stay out of messages.</param>
    /// <param name="inner">What caused it, if anything did.</param>
    protected FreshetException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>A short stable code, such as <c>invalid-key</c>: for metrics, problem details and support.</summary>
    public abstract string Code { get; }

    /// <summary>True when the caller's input is at fault (an HTTP host answers 400), false when the program is (500).</summary>
    public virtual bool IsCallerFault => false;

    /// <summary>True when the same call may succeed a little later (an HTTP host answers 503).</summary>
    public virtual bool IsTransient => false;
}
