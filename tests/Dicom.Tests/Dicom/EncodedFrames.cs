namespace MedCloud.Dicom.Tests;

/// <summary>
/// One image of 20 x 24 pixels in many encodings. Made by dcmcjpeg, dcmcjpls, gdcmconv (JPEG 2000) and ojph_compress.
/// </summary>
internal static class EncodedFrames
{
    public const int Rows = 20;
    public const int Columns = 24;

    /// <summary>The image, of 12 bits: smooth, with a gradient of its own in each line.</summary>
    public static int[] Image { get; } = [.. Enumerable.Range(0, Rows * Columns).Select(index => (index / Columns * (index / Columns) * 3) + (index % Columns * 17))];

    public static byte[] Lossless8 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALCAAUABgBAREA/8QAGQABAQEAAwAAAAAAAAAAAAAAAgQDAAEI/9oACAEBAAEAAPP6SSSaSSSaSSS4kk0kkk0kkk0u0k0kkk0kkk0kkkmkkkmkkkmk0kkk0k" +
        "kk0kkk0kmkkkmkkkmlokmkkkmkkkmktUkmkkkmkkkmlskkkmkkkmkkktkkmkkkmkkkmlukmkkkmkkkmkqEkmkkkmkkkmlSkkkmkkkmkkkqUkmkkkmkkkmlUkmkkkmkkkmkq0kmkkkmkkkmlYkkkmkk" +
        "kmkkkrEkmkkkmkkkmlakmkkkmkkkmkrkkmkkkmkkkml//9k=");

    public static byte[] Lossless12 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABQcGBAIQ/9oACAEBAAEAAPkUUUUUUUUUUUUUUUUUUUUUUfaKKKKKKKKKKKKKKKKKKKKKKPSiiiiiii" +
        "iiiiiiiiiiiiiiij3oooooooooooooooooooooooqoooooooooooooooooooooootooooooooooooooooooooooo6FFFFFFFFFFFFFFFFFFFFFFFHTooooooooooooooooooooooo61FFFFFFFFFFF" +
        "FFFFFFFFFFFHZooooooooooooooooooooooo7lFFFFFFFFFFFFFFFFFFFFFFHfooooooooooooooooooooooo0VFFFFFFFFFFFFFFFFFFFFFFGlooooooooooooooooooooooo1FFFFFFFFFFFFFFF" +
        "FFFFFFFFGrooooooooooooooooooooooo11FFFFFFFFFFFFFFFFFFFFFFGxooooooooooooooooooooooo2lFFFFFFFFFFFFFFFFFFFFFFG3ooooooooooooooooooooooo//Z");

    public static byte[] LosslessSigned16 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABQcGBAIP/9oACAEBAAEAAPvqIiiiiiiiiiiiiiiiiiiiiiij7RRRRRRRRRRRRRRRRRRRRRRR6UUUUU" +
        "UUUUUUUUUUUUUUUUUUe9FFFFFFFFFFFFFFFFFFFFFFFVFFFFFFFFFFFFFFFFFFFFFFFtFFFFFFFFFFFFFFFFFFFFFFHQooooooooooooooooooooooo6dFFFFFFFFFFFFFFFFFFFFFFHWooooooooo" +
        "oooooooooooooo7NFFFFFFFFFFFFFFFFFFFFFFHcooooooooooooooooooooooo79FFFFFFFFFFFFFFFFFFFFFFGiooooooooooooooooooooooo0tFFFFFFFFFFFFFFFFFFFFFFGooooooooooooo" +
        "ooooooooooo1dFFFFFFFFFFFFFFFFFFFFFFGuooooooooooooooooooooooo2NFFFFFFFFFFFFFFFFFFFFFFG0ooooooooooooooooooooooo29FFFFFFFFFFFFFFFFFFFFFFH/9k=");

    public static byte[] LosslessPredictor2 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABwYFBAIP/9oACAEBAAIAAPvqJo6Ojo6Ojo6Ojo6Ojo6Ojo6Ojo6Ojo6Pv379+/fv379+/fv379+/fv" +
        "379+/fT09PT09PT09PT09PT09PT09PT09PT09Pf39/f39/f39/f39/f39/f39/f39/f39+rq6urq6urq6urq6urq6urq6urq6urq6u3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t7dDQ0NDQ0NDQ0NDQ0N" +
        "DQ0NDQ0NDQ0NDQ0NPT09PT09PT09PT09PT09PT09PT09PT09bW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3N/f39/f" +
        "39/f39/f39/f39/f39/f39/f36KioqKioqKioqKioqKioqKioqKioqKioqWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaioqKioqKioqKioqKioqKioqKioqKioqKurq6urq6urq6urq6urq6urq6urq6" +
        "urq66urq6urq6urq6urq6urq6urq6urq6urrGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLe3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t////Z");

    public static byte[] LosslessPredictor3 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGgABAQEBAQEBAAAAAAAAAAAABwYFCAQCD//aAAgBAQADAAD99RNHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR+9TU1NTU1NTU1NTU1NTU1" +
        "NTU1NTU1NTU9O1tbW1tbW1tbW1tbW1tbW1tbW1tbW1te+goKCgoKCgoKCgoKCgoKCgoKCgoKCgoNWmpqampqampqampqampqampqampqamptusrKysrKysrKysrKysrKysrKysrKysrKGysrKysrKy" +
        "srKysrKysrKysrKysrKysqe4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uK2+vr6+vr6+vr6+vr6+vr6+vr6+vr6+vrNERERERERERERERERERERERERERERERLlKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSr" +
        "9QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUEVWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVktcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFFiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYldoaGhoaGhoaGhoaGhoaGho" +
        "aGhoaGhoaF1ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubmN0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dGl6enp6enp6enp6enp6enp6enp6enp6em/oDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDo" +
        "DoD///2Q==");

    public static byte[] LosslessPredictor4 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGgABAQEBAQEBAAAAAAAAAAAAAAUHBgQCD//aAAgBAQAEAAD99RKNGjRo0aNGjRo0aNGjRo0aNGjRo/YAAAPSAAAD3gAAAqgAAAtgAA" +
        "A6EAAAHTgAAA60AAAHZgAAA7kAAAHfgAAA0UAAAGlgAAA1EAAAGrgAAA10AAAGxgAAA2kAAAG3gAAA///Z");

    public static byte[] LosslessPredictor5 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABAUHBg8C/9oACAEBAAUAAPfUSjRo0aNGjRo0aNGjRo0aNGjRo0aP2lKUpSlKUpSlKUpSlKUpSlKUpS" +
        "lKUpSlKUpSlKUpelKUpSlKUpSlKUpSlKUpqpSlKUpSlKUpSlKUpSlKbaUpSlKUpSlKUpSlKUpSnoUpSlKUpSlKUpSlKUpSlPTpSlKUpSlKUpSlKUpSlKetSlKUpSlKUpSlKUpSlKU9mlKUpSlKUpSl" +
        "KUpSlKUp7lKUpSlKUpSlKUpSlKUpT36UpSlKUpSlKUpSlKUpSnRUpSlKUpSlKUpSlKU+ABCUp0tKUpSlKUpSlKU+ABCUpSlKdRSlKUpSlKU+ABCUpSlKUpSnV0pSlKfAAhKUpSlKUpSlKUp11PgAQl" +
        "KUpSlKUpSlKUpSlKdjSlKUpSlKUpSlKUpSlKU7SlKUpSlKUpSlKUpSlKUp29KUpSlKUpSlKUpSlKUpT///2Q==");

    public static byte[] LosslessPredictor6 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGgABAQEAAwEAAAAAAAAAAAAABgUEAgMPB//aAAgBAQAGAAD31Eo0aNGjRo0aNGjRo0aNGjRo0aNGjz5cuXLly5cuXLly5cuXLly5cu" +
        "XLlp7e3t7e3t7e3t7e3t7e3t7e3t7e3t7e3fo0aNGjRo0aNGjRo0aNGjRo0aNGirr169evXr169evXr169evXr169eu3u3bt27du3bt27du3bt27du3bt25DRo0aNGjRo0aNGjRo0aNGjRo0aNFPUq" +
        "VKlSpUqVKlSpUqVKlSpUqVKlRbXr169evXr169evXr169evXr169dnatWrVq1atWrVq1atWrVq1atWrVpzdu3bt27du3bt27du3bt27du3bt1+gQIECBAgQIECBAgQIECBAgQeAD/gA/4AP/AEVGjR" +
        "o0aNGjRo0aNGjRo/ACLwAi8AIvACJGjR/S0yZMmTJkyZMmTJvACXwAl8AJfACVMmTJkyZN9RUqVKlSpU+AFHgBR4AUeAFHgBQpUqVKlSpUqVKn6usWeAFfgBX4AV+AFfgBWsWLFixYsWLFixYsWLFn" +
        "13wAu8ALl69evXr169evXr169evXr169f9jZMmTJkyZMmTJkyZMmTJkyZMmTJl9patWrVq1atWrVq1atWrVq1atWrVr9vcOHDhw4cOHDhw4cOHDhw4cOHDhx/9k=");

    public static byte[] LosslessPredictor7 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABgUEBw8C/9oACAEBAAcAAPfUSjRo0aNGjRo0aNGjRo0aNGjRo0aP3q1atWrVq1atWrVq1atWrVq1at" +
        "WrTt27du3bt27du3bt27du3bt27du3fQoUKFChQoUKFChQoUKFChQoUKFCrTp06dOnTp06dOnTp06dOnTp06dO3WrVq1atWrVq1atWrVq1atWrVq1ZDZs2bNmzZs2bNmzZs2bNmzZs2bNlPcuXLly5" +
        "cuXLly5cuXLly5cuXLlxbfv379+/fv379+/fv379+/fv3799miRIkSJEiRIkSJEiRIkSJEiRIkSJylSpUqVKlSpUqVKlSpUqVKlSpUqV+oUKFChQoUKFChQoUKFChQoUeAE/gBP4AT9FVq1atWrVq1" +
        "atWrVq1avwAq8AKvACpWrVq+lrly5cuXLly5cuXeAFvgBb4AWrly5cuXLl3UWLFixYsWPgBh4AYeAGHgBgxYsWLFixYsWLFj1do08AM/ADPwAz8AM2jRo0aNGjRo0aNGjRo0add8ANm7du3bt27du3" +
        "bt27du3bt27du37G6dOnTp06dOnTp06dOnTp06dOnTrtL169evXr169evXr169evXr169eve39A6B0DoHQOgdA6B0DoHQOgdA6B0DoHQOgdA6B0DoHQP///Z");

    public static byte[] Extended12 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQIBAQEBAQIBAQECAgICAgICAgIDAwQDAwMDAwICAwQDAwQEBAQEAgMFBQQEBQQEBAT/wQALDAAUABgBAREA/8QAFwABAAMAAA" +
        "AAAAAAAAAAAAAACwoMDv/EACQQAAADBgcBAAAAAAAAAAAAAAkmYQADBQcoQwQKC0RFRmJl/9oACAEBAAA/AMG/hkhATrLxXjFrZvERkQAyQgJ1l4rxi1s3iIyIAZIQE6y8V4xa2bxEaWAGTpi06y9T" +
        "3GLXWHieGRADJ0xadZep7jFrrDxPDIgBk6YtOsvU9xi11h4nhrPkGTk9QKy9TFjLXKw5PnsiAGTk9QKy9TFjLXKw5PnsiAGTk9QKy9TFjLXKw5Pnt//Z");

    public static byte[] JpegLs8 => Convert.FromBase64String(
        "/9j/9wALCAAUABgBAREA/9oACAEBAAAAAL/32v9t9/9+Sp2nsl7ZWl+r+cJZVVaqrVCmiIo1bZ8lLzrzrzQuv9f6+L9/7/3Bf9/7/wXqInu29iBVafq/VwT4/0/5wj/f9/zvf9/3O9/v9zvv+/7u/z" +
        "/v+z3/P+7Pf3+9nv8/3P//2Q==");

    public static byte[] Jpeg2000Of8 => Convert.FromBase64String(
        "/0//UQApAAAAAAAYAAAAFAAAAAAAAAAAAAAAGAAAABQAAAAAAAAAAAABBwEB/1IADAAAAAEAAwQEAAH/XAANQEBISFBISFBISFD/ZAAqAAFDcmVhdGVkIGJ5IEdEQ00vT3BlbkpQRUcgdmVyc2lvbi" +
        "AyLjUuMP+QAAoAAAAAAHIAAf+T34BQBp9BeKg81nrBhsD5AsD5AsAIgBWSdgt/DBnd2B8LP8B8IcHzkIASACxfezB0g2J28tABzEhc7SN8Qj8X1onJwDo0D5A8AK1LJeKDJEeG6lclHVg/F9G+LxSj" +
        "XqdnrFD3pf/Z");

    public static byte[] JpegLs12 => Convert.FromBase64String(
        "/9j/9wALEAAUABgBAREA//gADQH//wASAEMBFABA/9oACAEBAAAAAKEMIYQwfhDB+HYbjMXisTkY+NjYuEMH4dhuMxeA0BoCQFAUAgEAgEBAQEBAQEBAQIECBAgQGmSpUqVKkSJEiRRRNNNNNNNNNN" +
        "BDLDDDDDC6666666yyyyyyyyqGtoRQgh6HI1GItFJKQjoyMioqKiIiRIjRoRQ2jRo0aNEiRIkSJEiRIkSSSKKKKEEQIooooooooooooooooooooooekqKKKKKKUIQhCEIQhCEIQhyVIQhCEIQhCEIQ" +
        "hCIiIiNV6IiIiIiIiIiIiIiIxaIiIkkkkkkkkki1ykkkkkklVVUUvkIoQQ9DkajEWiklIR0ZGRUVFRERIkRo0IpLRo0aNGiRIkSJEiRIkSJJJFFFFCCUEUUUUUUUUUUUUUUUUUUUUUUPVVFFFFFFKE" +
        "IQhCEIQhCEIQ5WkIQhCEIQhCEIQhERERGq+iIiIiIiIiIiIiIiMciIiJJJJJJJJJIt0pJJJJJJVVVFAP//2Q==");

    public static byte[] Jpeg2000Of12 => Convert.FromBase64String(
        "/0//UQApAAAAAAAYAAAAFAAAAAAAAAAAAAAAGAAAABQAAAAAAAAAAAABDwEB/1IADAAAAAEAAwQEAAH/XAANQICIiJCIiJCIiJD/ZAAqAAFDcmVhdGVkIGJ5IEdEQ00vT3BlbkpQRUcgdmVyc2lvbi" +
        "AyLjUuMP+QAAoAAAAAAHQAAf+T3/iQmAaV2OzpqOOAGBoz8rkRXFQnHzvAB9oJAB9oOBWRWasMGd3YCHOnwAPqBoAfgGgsX4mBlz8wdIPxnLRS8N1/lyCXwAHziIAPtERLJe0wcxIAf4bqV48emEdl" +
        "SNV2QFWbEk5j/9k=");

    public static byte[] JpegLsSigned16 => Convert.FromBase64String(
        "/9j/9wALEAAUABgBAREA//gADQH//wASAEMBFABA/9oACAEBAAAAACu0IYPw7DcZi8VicjHxsbFxcTExMTHjx48eA0BoCQFAUAgEAgEBAQEBAQEBAQIECBAgQGmSpUqVKkSJEiRRRNNNNNNNNNNBDL" +
        "DDDDDC6666666yyyyyyyyqGtoRQgh6HI1GItFJKQjoyMioqKiIiRIjRoRQ2jRo0aNEiRIkSJEiRIkSSSKKKKEEQIooooooooooooooooooooooekqKKKKKKUIQhCEIQhCEIQhyVIQhCEIQhCEIQhCI" +
        "iIiNV6IiIiIiIiIiIiIiIxaIiIkkkkkkkkki1ykkkkkklVQUAIAgBfIRQgh6HI1GItFJKQjoyMioqKgCAQAkVEREIpLSJEaNGjRo0aJEsQCAQBJSJEiRIkKEEoIUKFFFFhAICAgCnoooooooooooeq" +
        "qLSAgICAVRBBBBBBBBBBBBBBBDlaQCsoIIQhCEIQhCEIQhCEI1vIQhCEIQhCEIRERERERiyoiIiIiIiIiIiIiIi3UiSSSSSSSSSSRQ/9k=");

    public static byte[] Jpeg2000OfSigned16 => Convert.FromBase64String(
        "/0//UQApAAAAAAAYAAAAFAAAAAAAAAAAAAAAGAAAABQAAAAAAAAAAAABjwEB/1IADAAAAAEAAwQEAAH/XAANQICIiJCIiJCIiJD/ZAAqAAFDcmVhdGVkIGJ5IEdEQ00vT3BlbkpQRUcgdmVyc2lvbi" +
        "AyLjUuMP+QAAoAAAAAAG8AAf+TwH7BwAg5hKF48wWnjnPQYJp/wAfaCQAfaDgVkVmrDBnd2Ahzp8AD6gaAH4BoLF+JgZc/MHSD8Zy0UvDdf5cgl8AB84iAD7RESyXtMHMSAH+G6lePHphHZUjVdkBV" +
        "mxJOY//ZAA==");

    public static byte[] JpegLsNear12 => Convert.FromBase64String(
        "/9j/9wALDAAUABgBAREA/9oACAEBAAMAAKdZ7c733+32Wt3/BKFRJpVV/wZkklUqnP6EmZJJJM5k8JJoZJkzMnJwOFJyJjtPcfJpSUlSlKpUqilU/P5/GH8/n/jv/3/oR/9/9CP/f/oV/3/9DP9//0" +
        "Z//39DrZiImTbbbSlKs5KlKlUqVnjnz+fz44fz/30If/9/QP/Z");

    public static byte[] HighThroughput8 => Convert.FromBase64String(
        "/0//UQApQAAAAAAYAAAAFAAAAAAAAAAAAAAAGAAAABQAAAAAAAAAAAABBwEB/1AACAACAAAAA/9SAAwAAgABAAIEBEAB/1wACiBQWFhYUFBY/2QAFgABT3BlbkpQSCBWZXIgMC45LjAu/5AACgAAAA" +
        "AAqAAB/5PAF0wB9e/j32kz2IulOtHK38Fr3gk3ovleLHRI/ByJui7i4gYAQDM8AMAKiAFqwAqQAIDdI6dCdgD/f/9jMcYx/kAAegAB7nR0Q9WpnQAA+C1snJQj5wDAFZAFpQAt0ADQ8+jCHtT09PJ6" +
        "AFpVVVVVVf9MHJ798nv3yey8AAAAAAAAAADwAcVxXFcVxXFcVxXFcVxXF0HQdeUB/9k=");

    public static byte[] HighThroughput12 => Convert.FromBase64String(
        "/0//UQApQAAAAAAYAAAAFAAAAAAAAAAAAAAAGAAAABQAAAAAAAAAAAABCwEB/1AACAACAAAAB/9SAAwAAgABAAIEBEAB/1wACiBweHh4cHB4/2QAFgABT3BlbkpQSCBWZXIgMC45LjAu/5AACgAAAA" +
        "AA5QAB/5PAAXbgDdD6hV/y/e50nSvc3sZGNZ6NbuUCL2FfO1fPirWxUdGLz2QuZBD7N/drALfufX6y5gYhQDM9AMAAq4ABdACKoijK3CI6cIJ3AHfv3d3d3d29d3d3d+fc2dm5s/MAegAB7n1+svhq" +
        "Mb0AwAFoQAF6mAAAAAAAAPzz+np6enACeQC1VVVVVVXVVlVVVVVVW1VVVVVVbVVVVVVVBW6BW+AWuAVugVvgFrgFboFb4Ba4cAEIAIIQgAghCADH9ev16/WX9ev16/WX9ev16/WXoxqMajG1Av/Z");
}
