"""Plain data in, plotly figure out. No Streamlit here; one message a chart."""
